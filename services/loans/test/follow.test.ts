import { randomUUID } from 'node:crypto';
import type { StreamEvent } from '@mo/contracts';
import type { IncomingMessage, Kafka, Producer } from '@mo/messaging';
import { publish, send, waitFor } from '@mo/messaging/testing';
import { customerData, getLoan, type LoansUnderTest, newLoan, pay, postLoan, register, startLoans } from './harness.ts';

describe('following over Kafka', () => {
  let loans: LoansUnderTest;
  let kafka: Kafka;
  let producer: Producer | undefined;
  beforeAll(async () => {
    loans = await startLoans();
    kafka = loans.kafka;
    await kafka.ensureTopics(
      ['customers', 'payments'].map((stream) => `${loans.topicPrefix}.${stream}`),
      12,
    );
    producer = await kafka.producer();
  });
  afterAll(async () => {
    await producer?.close();
    await loans.stop();
  });
  const outstanding = async (loanId: number) => (await getLoan(loans.app, loanId)).body.outstanding;
  const push = (...events: StreamEvent[]) => publish(producer as Producer, loans.topicPrefix, events);

  async function loanWithPayments(count: number) {
    const id = register(loans.customers);
    const loan = (await postLoan(loans.app, newLoan(id))).body;
    const events = Array.from({ length: count }, (_, n) => pay(loans.payments, loan, '10.00', n + 1));
    return { loan, events };
  }

  it('applies each event once, however often Kafka delivers it', async () => {
    const { loan, events } = await loanWithPayments(2);
    const [first, second] = events as [StreamEvent, StreamEvent];
    await push(first, first, second, first, second);
    await waitFor(async () => (await outstanding(loan.id)) === '380.00');
    const { events: marker, loan: other } = await loanWithPayments(1);
    await push(first, ...marker);
    await waitFor(async () => (await outstanding(other.id)) === '390.00');
    expect(await outstanding(loan.id)).toBe('380.00');
  });

  it('closes a gap by a pull', async () => {
    const { loan, events } = await loanWithPayments(3);
    await push(events[2] as StreamEvent);
    await waitFor(async () => (await outstanding(loan.id)) === '370.00');
  });

  it('pulls the cause of an event that arrived before it', async () => {
    const id = register(loans.customers);
    const loan = (await postLoan(loans.app, newLoan(id))).body;
    loans.customers.append('CustomerUpdated', { ...customerData(id), score: '2000.00' });
    await push(pay(loans.payments, loan, '10.00', 1, { customers: 2, loans: 1 }));
    await waitFor(async () => (await outstanding(loan.id)) === '390.00');
    const token = (await getLoan(loans.app, loan.id)).headers['consistency-token'];
    expect(token).toBe(`1.${id}.2.1.1`);
  });

  it('applies an event of a customer that is not known yet', async () => {
    const id = register(loans.customers);
    const rejected = {
      customer_id: id,
      customer_external_id: `customer-${id}`,
      payment_id: id,
      external_id: `p-${id}`,
      total_amount: '1.00',
      paid_at: new Date().toISOString(),
      rejection_reason: 'exceeds_debt' as const,
    };
    const event = loans.payments.append('PaymentRejected', rejected, { customers: 1 });
    await push(event);
    const heads = async () =>
      (await send<{ results: unknown[] }>(loans.app, 'GET', `/api/customers/${id}/loans`)).headers['consistency-token'];
    await waitFor(async () => (await heads()) === `1.${id}.1.0.1`);
  });

  it('publishes well-formed CloudEvents with versions without gaps', async () => {
    const id = register(loans.customers, { score: '100000.00' });
    // By offset, because Kafka delivers a message again to a reader that stood still before its commit.
    const received = new Map<string, IncomingMessage>();
    const subscription = await kafka.subscribe(
      `test-${randomUUID()}`,
      [`${loans.topicPrefix}.loans`],
      async (messages) => {
        for (const message of messages) if (message.key === String(id)) received.set(message.offset, message);
      },
    );
    await Promise.all(Array.from({ length: 10 }, () => postLoan(loans.app, newLoan(id, { amount: '1' }))));
    await waitFor(() => received.size === 10);
    const [...events] = received.values();
    expect(events.map((message) => message.headers.ce_sequence)).toEqual([
      '1',
      '2',
      '3',
      '4',
      '5',
      '6',
      '7',
      '8',
      '9',
      '10',
    ]);
    expect(events[0]?.headers).toMatchObject({
      ce_specversion: '1.0',
      ce_id: `loans-${id}-1`,
      ce_source: '/mo/loans',
      ce_type: 'LoanTaken',
      ce_subject: String(id),
      ce_seen: 'customers=1',
      ce_dataschema: 'urn:mo:event:LoanTaken:1',
      'content-type': 'application/json',
    });
    await subscription.close();
  });
});
