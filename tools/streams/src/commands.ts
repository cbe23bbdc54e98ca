/** What each command does with its options: exit code 0 where all is well, 1 where something differs. */
import { STREAMS, type Stream } from '@mo/contracts';
import { differenceText } from '@mo/messaging';
import { readOptions, wholeNumber } from './options.ts';
import { progressOn, rate } from './progress.ts';
import { REBUILDS_AT_ONCE, rebuild } from './rebuild.ts';
import { reconcile } from './reconcile.ts';
import { withDatabases } from './services.ts';
import { findTarget } from './target.ts';
import { UsageError } from './usage-error.ts';

const RECONCILE_CONNECTIONS = 2;
const LAG_SECONDS_DEFAULT = 30;

const WHERE = `The databases are those of CUSTOMERS_, LOANS_ and PAYMENTS_DATABASE_URL, else those that npm start runs.`;

const RECONCILE_USAGE = `Usage: npm run reconcile -- [options]

Holds every row of the three services against what the streams tell, while they are in use, and names each difference.

  --customer ID      this customer alone
  --lag-seconds N    how old an event may be that is not applied yet (${LAG_SECONDS_DEFAULT})

${WHERE}
Exit code: 0 no difference, 1 some, 2 it could not run.`;

const REBUILD_USAGE = `Usage: npm run rebuild -- --service NAME [options]

Empties a service's tables of each customer and writes them anew from the streams, one transaction a customer, while the
services are in use. Names each row that was not what the streams tell.

  --service NAME     customers, loans or payments
  --customer ID      this customer alone

${WHERE}
Exit code: 0 all rebuilt, 1 some customers could not be, 2 it could not run.`;

const seconds = (startedMs: number): number => (performance.now() - startedMs) / 1000;
const say = (line: string) => console.log(line);

export async function reconcileCommand(args: string[]): Promise<number> {
  const options = readOptions(args, ['customer', 'lag-seconds'], RECONCILE_USAGE);
  if (options === 'help') return help(RECONCILE_USAGE);
  const customerId = wholeNumber(options, 'customer', 1);
  const lagMsMax = (wholeNumber(options, 'lag-seconds', 0) ?? LAG_SECONDS_DEFAULT) * 1000;
  const target = findTarget(process.env, process.cwd());
  const startedMs = performance.now();
  const show = progressOn(process.stderr);
  const done = await withDatabases(target.databases, RECONCILE_CONNECTIONS, (databases) =>
    reconcile(databases, {
      customerId,
      lagMsMax,
      onDifference: (difference) => say(differenceText(difference)),
      onProgress: ({ customers, events, differences }) =>
        show((s) => `${customers} customers, ${events} events, ${differences} differences, ${rate(customers, s)}`),
    }),
  );
  const pace = `${seconds(startedMs).toFixed(1)} s, ${rate(done.customers, seconds(startedMs))}`;
  say(`${done.customers} customers, ${done.events} events: ${done.differences} differences (${pace})`);
  return done.differences === 0 ? 0 : 1;
}

export async function rebuildCommand(args: string[]): Promise<number> {
  const options = readOptions(args, ['service', 'customer'], REBUILD_USAGE);
  if (options === 'help') return help(REBUILD_USAGE);
  const customerId = wholeNumber(options, 'customer', 1);
  const service = serviceOf(options.get('service'));
  const target = findTarget(process.env, process.cwd());
  const startedMs = performance.now();
  const show = progressOn(process.stderr);
  const done = await withDatabases(target.databases, REBUILDS_AT_ONCE, (databases) =>
    rebuild(databases, {
      service,
      customerId,
      onDifference: (difference) => say(`was: ${differenceText(difference)}`),
      onFailure: (id, reason) => say(`customer ${id}  could not be rebuilt: ${reason}`),
      onProgress: ({ customers }) => show((s) => `${customers} customers, ${rate(customers, s)}`),
    }),
  );
  const was = `${done.differences} differences before, ${done.failures} failures`;
  const pace = `${seconds(startedMs).toFixed(1)} s, ${rate(done.customers, seconds(startedMs))}`;
  say(`${done.customers} customers of ${service} rebuilt: ${was} (${pace})`);
  return done.failures === 0 ? 0 : 1;
}

function serviceOf(name: string | undefined): Stream {
  const service = STREAMS.find((stream) => stream === name);
  if (service === undefined) throw new UsageError(`--service must be one of ${STREAMS.join(', ')}`);
  return service;
}

function help(usage: string): number {
  say(usage);
  return 0;
}
