import type { OperationId } from '@mo/contracts';
import type { Api, ApiAnswer } from '../src/api.ts';
import { SteadyLoad } from '../src/steady-load.ts';
import { waitFor } from '../src/wait-for.ts';

const RIGHT = { createCustomer: 201, takeLoan: 201, makePayment: 201, changeCustomer: 202, getBalance: 200 };

/** An API that answers with these statuses, otherwise with 200. */
const answering = (statuses: Partial<Record<OperationId, number>>): Pick<Api, 'call'> => ({
  call: async <Body>(id: OperationId): Promise<ApiAnswer<Body>> => ({
    status: statuses[id] ?? 200,
    body: { id: 1 } as Body,
    text: 'text',
    token: null,
    replayed: false,
  }),
});

/** The failures of a caller up to its tenth correct answer. */
async function failuresOf(statuses: Partial<Record<OperationId, number>>): Promise<readonly string[]> {
  const load = new SteadyLoad(answering(statuses), 1, true);
  await waitFor(() => Promise.resolve(load.answered >= 10));
  await load.stop();
  return load.failures;
}

it('the success statuses of each operation are no failures', async () => {
  expect(await failuresOf(RIGHT)).toEqual([]);
});

it.each([
  ['takeLoan', 409],
  ['takeLoan', 422],
  ['makePayment', 200],
  ['getBalance', 404],
  ['listCustomerLoans', 201],
  ['changeCustomer', 503],
] as const)('%s answered with %d is a failure', async (id, status) => {
  expect(await failuresOf({ ...RIGHT, [id]: status })).toContain(`${id}: ${status} text`);
});
