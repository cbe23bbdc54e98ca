import { Webhook, WebhookVerificationError } from 'standardwebhooks';
import { newSecret, signedHeaders } from '../src/delivery/signature.ts';

const BODY = '{"type":"LoanTaken","data":{"name":"Zoë"}}';

describe('the signature of a message', () => {
  it('is accepted by the library of Standard Webhooks', () => {
    const secret = newSecret();
    const headers = signedHeaders('loans-17-4', Date.now(), BODY, [secret]);
    expect(headers['webhook-id']).toBe('loans-17-4');
    expect(new Webhook(secret).verify(BODY, headers)).toEqual(JSON.parse(BODY));
  });

  it('is valid for both the new and the old secret, while there are two', () => {
    const secrets = [newSecret(), newSecret()];
    const headers = signedHeaders('loans-17-4', Date.now(), BODY, secrets);
    for (const secret of secrets) expect(new Webhook(secret).verify(BODY, headers)).toEqual(JSON.parse(BODY));
    expect(() => new Webhook(newSecret()).verify(BODY, headers)).toThrow(WebhookVerificationError);
  });

  it('is valid only for this id, time and body', () => {
    const secret = newSecret();
    const headers = signedHeaders('loans-17-4', Date.now(), BODY, [secret]);
    const verify =
      (body: string, changed: Partial<typeof headers> = {}) =>
      () =>
        new Webhook(secret).verify(body, { ...headers, ...changed });
    expect(verify(`${BODY} `)).toThrow(WebhookVerificationError);
    expect(verify(BODY, { 'webhook-id': 'loans-17-5' })).toThrow(WebhookVerificationError);
    expect(verify(BODY, { 'webhook-timestamp': String(Number(headers['webhook-timestamp']) - 1) })).toThrow(
      WebhookVerificationError,
    );
  });
});
