import { Random } from '@mo/dev-stack/random';
import { type Answer, type Call, Unanswered } from '../src/clients/caller.ts';
import { Ledger } from '../src/ledger.ts';
import { Tally } from '../src/tally.ts';
import { Hook } from '../src/webhooks/hook.ts';
import { Owner } from '../src/webhooks/owner.ts';
import type { Receiver } from '../src/webhooks/receiver.ts';

/** An owner whose calls are answered so. */
function ownerOf(insist: (call: Call) => Partial<Answer>, ledger = new Ledger()): Owner {
  return new Owner({
    caller: { insist: async (call) => insist(call) as Answer },
    receiver: { open: () => 'http://127.0.0.1/' } as unknown as Receiver,
    tally: new Tally(),
    random: new Random(7, 'owner'),
    nameOf: (kind) => kind,
    ledger,
  });
}

it('compares its webhooks with those of all pages', async () => {
  const row = (id: number) => ({ id, status: 'active', event_types: ['LoanTaken'] });
  const pages: Record<string, object> = {
    first: { results: [row(3)], next_cursor: 'second' },
    second: { results: [row(2), row(1)], next_cursor: null },
  };
  const ledger = new Ledger();
  const owner = ownerOf(({ query }) => ({ status: 200, body: { ...pages[query?.cursor ?? 'first'] } }), ledger);
  const own = (id: number) => {
    const hook = new Hook('hook', ['LoanTaken'], () => {});
    hook.became('active', 0);
    return Object.assign(hook, { id });
  };
  ledger.hooks.push(own(1), own(3));
  expect(await owner.differences()).toEqual(['webhook 2 is active, for LoanTaken']);
  ledger.hooks.push(own(2));
  expect(await owner.differences()).toEqual([]);
});

it('pauses after a webhook that failed', async () => {
  let [tries, looks] = [0, 0];
  const owner = ownerOf(() => {
    tries += 1;
    throw new Unanswered('createWebhook');
  });
  await owner.live(() => {
    looks += 1;
    return looks > 6;
  });
  expect([tries > 0, tries <= looks / 2]).toEqual([true, true]);
});
