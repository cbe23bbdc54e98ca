/** Which requests the audit log covers, and what it keeps of them. */
import type { AuditEntryBody } from '@mo/contracts';
import { testServers } from '@mo/dev-stack';
import { KEY_DIGEST, type RunningGateway, startGateway, stopAll, until } from './support.ts';

const PATH_LENGTH = 500;

let gateway: RunningGateway;
beforeAll(async () => {
  const { gateway: database } = await testServers().createDatabases('audited');
  gateway = await startGateway({ keys: `root:${KEY_DIGEST}`, database });
});
afterAll(stopAll);

/** The entry of a request, once it is written. */
async function entryOf(requestId: string): Promise<AuditEntryBody> {
  let entry: AuditEntryBody | undefined;
  await until(async () => {
    const answer = await gateway.call('GET', '/api/audit?limit=100', { headers: { 'x-request-id': 'question' } });
    const { results } = (await answer.json()) as { results: AuditEntryBody[] };
    entry = results.find(({ request_id: id }) => id === requestId);
    return entry !== undefined;
  }, `${requestId} is in the log`);
  return entry as AuditEntryBody;
}

it('reads by administrators are covered, other reads are not', async () => {
  const headers = (id: string) => ({ headers: { 'x-request-id': id } });
  await gateway.call('GET', '/api/loans/17', headers('loan'));
  await gateway.call('GET', '/api/keys?limit=1', headers('keys'));
  expect(await entryOf('keys')).toMatchObject({ operation: 'listKeys', method: 'GET', path: '/api/keys', status: 200 });
  const answer = await gateway.call('GET', '/api/audit?limit=100');
  const { results } = (await answer.json()) as { results: AuditEntryBody[] };
  expect(results.map(({ request_id: id }) => id)).not.toContain('loan');
});

it('a long path is cut', async () => {
  // Percent-encoded, because a longer id is no path of the API.
  const path = `/api/loans/${'%31'.repeat(190)}/activate`;
  await gateway.call('POST', path, { body: '{}', headers: { 'x-request-id': 'long' } });
  expect(await entryOf('long')).toMatchObject({ operation: 'activateLoan', path: path.slice(0, PATH_LENGTH) });
});
