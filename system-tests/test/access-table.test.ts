/**
 * Calls every operation of the OpenAPI document as every kind of caller, with an existing object, a missing one, and an
 * invalid id. An operation on a kind of object without a rule here fails the test.
 */
import { SCOPES, type Scope } from '@mo/contracts';
import { openApiDocument } from '@mo/contracts/documents';
import { Intruder, newCustomer } from '../src/intruder.ts';
import { type System, startSystem } from '../src/system.ts';
import { waitFor } from '../src/wait-for.ts';

interface Described {
  readonly operationId: string;
  readonly 'x-scope': Scope;
  readonly parameters?: readonly { readonly name?: string; readonly in?: string }[];
  readonly requestBody?: { readonly content: Record<string, { examples?: Record<string, { value: unknown }> }> };
  readonly responses: Readonly<Record<string, unknown>>;
}

const operations = Object.entries(openApiDocument().paths ?? {}).flatMap(([path, methods]) =>
  Object.entries(methods as Record<string, Described>).map(([method, operation]) => ({
    ...operation,
    method: method.toUpperCase(),
    path,
    of: operation.parameters?.find((parameter) => parameter.in === 'path')?.name,
    scope: operation['x-scope'],
  })),
);
type Row = (typeof operations)[number];

/** Ids are assigned in ascending order, and no run reaches this one. */
const NOBODYS_ID = '900000000000';
const NO_ID = 'x';

let system: System;
let intruder: Intruder;
/** Keys of known callers, by scope. */
const keys = new Map<string, Promise<string>>();
let ended: readonly string[];
beforeAll(async () => {
  system = await startSystem({ replicas: { webhooks: 1 } });
  intruder = new Intruder(system);
  const [revoked, expired] = await Promise.all([intruder.keyOf(['admin']), intruder.briefKeyOf(['admin'])]);
  await intruder.call('POST', `/api/keys/${revoked.id}/revoke`);
  ended = [revoked.key, expired];
  const isOver = async (key: string) => (await intruder.call('GET', '/api/customers', { key })).status === 401;
  for (const key of ended) await waitFor(() => isOver(key));
});
afterAll(async () => {
  try {
    intruder?.expectNoCrash();
  } finally {
    await system?.stop();
  }
});

function keyWith(scopes: readonly Scope[]): Promise<string> {
  const name = scopes.join(' ');
  const made = keys.get(name) ?? intruder.keyOf(scopes).then(({ key }) => key);
  keys.set(name, made);
  return made;
}

/** Creates an object of each kind that another caller owns. */
const made: Readonly<Record<string, () => Promise<number>>> = {
  customer_id: async () => (await system.world.customer('1000')).id,
  loan_id: async () => {
    const { id } = await system.world.customer('1000');
    return (await system.world.loan(id, '10')).body.id;
  },
  payment_id: async () => {
    const { id } = await system.world.customer('1000');
    await system.world.loan(id, '10');
    return (await system.world.payment(id, '5')).body.id;
  },
  webhook_id: async () => {
    const body = { url: 'https://receiver.example/hook', event_types: ['LoanRejected'] };
    return (await intruder.call<{ id: number }>('POST', '/api/webhooks', { body })).body.id;
  },
  key_id: async () => (await intruder.keyOf(['loans:read'])).id,
};

/** The call of an operation, with the example from the document. */
function callOf({ method, path, requestBody }: Row, id: string, key: string | null) {
  const [type, content] = Object.entries(requestBody?.content ?? {})[0] ?? [];
  const example = Object.values(content?.examples ?? {}).at(-1)?.value;
  const body = path === '/api/customers' && method === 'POST' ? newCustomer() : example;
  const headers: Record<string, string> = type === undefined ? {} : { 'content-type': type };
  return intruder.call(method, path.replace(/\{\w+\}/, id), { key, headers, ...(body !== undefined && { body }) });
}

it('knows all operations, and can create an object of each kind', () => {
  expect(operations.length).toBeGreaterThan(30);
  const kinds = new Set(operations.flatMap(({ of }) => of ?? []));
  expect([...kinds].filter((kind) => !(kind in made))).toEqual([]);
});

describe.each(operations)('$operationId', (operation) => {
  const { scope, of, responses } = operation;
  let ids: readonly string[];
  beforeAll(async () => {
    ids = of === undefined ? ['-'] : [String(await made[of]?.()), NOBODYS_ID, NO_ID];
  });

  it('is closed to unknown, revoked and expired callers', async () => {
    for (const key of [null, 'mo_of_nobody', ...ended])
      for (const id of ids) {
        const { status, body } = await callOf(operation, id, key);
        expect([id, status, body.code]).toEqual([id, 401, 'unauthenticated']);
      }
  });

  it('is closed to callers with all other scopes, and does not reveal whether the object exists', async () => {
    const others = SCOPES.filter((other) => other !== scope && other !== 'admin');
    const key = await keyWith(others);
    const answers = await Promise.all(ids.map((id) => callOf(operation, id, key)));
    const told = answers.map(({ status, body }) => [status, body.code, body.detail]);
    expect(told).toEqual(answers.map(() => [403, 'forbidden', answers[0]?.body.detail]));
  });

  it.each([['with its scope'], ['who administers']])('is open to a caller %s, if the object exists', async (who) => {
    const key = await keyWith([who === 'with its scope' ? scope : 'admin']);
    const [there, missing, none] = await Promise.all(ids.map((id) => callOf(operation, id, key)));
    expect([401, 403, 404]).not.toContain(there?.status);
    expect(Object.keys(responses)).toContain(String(there?.status));
    expect(there?.status).toBeLessThan(500);
    if (of === undefined) return;
    expect([missing?.status, missing?.body.code]).toEqual([404, 'not_found']);
    expect([none?.status, none?.body.code]).toEqual([400, 'invalid_request']);
    expect(none?.body.errors?.[0]).toMatchObject({ pointer: `/${of}`, in: 'path' });
  });
});
