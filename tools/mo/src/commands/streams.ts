/** Operators' commands for the streams. They access the databases and Kafka directly, while the system is in use. */
import { resolve } from 'node:path';
import { Command, Option } from '@commander-js/extra-typings';
import { showProgress } from '@mo/command';
import { STREAMS } from '@mo/contracts';
import type { BackfillOptions, BackfillPlan } from '@mo/streams';
import type { Context } from '../context.ts';
import { examples, streamOf, topic, wholeNumber } from '../options.ts';
import { counted } from '../output/counted.ts';
import { EXIT, NotFoundError } from '../output/failure.ts';
import { WholeFile } from '../output/whole-file.ts';
import { run } from '../run.ts';

const LAG_SECONDS_DEFAULT = 30;
const BACKFILL_CONNECTIONS = 1;

const oneCustomer = () => new Option('--customer <id>', 'only this customer, by internal id').argParser(wholeNumber(1));

/** @throws NotFoundError if a single customer was named and none was found */
function checkFound(customer: number | undefined, found: number): void {
  if (customer !== undefined && found === 0)
    throw new NotFoundError(`no service has a row or an event of a customer with the id ${customer}`);
}

const pace = (count: number, startedMs: number): string => {
  const seconds = (performance.now() - startedMs) / 1000;
  return `(${seconds.toFixed(1)} s, ${Math.round(count / Math.max(seconds, 0.001))}/s)`;
};

export const reconcileCommand = () =>
  new Command('reconcile')
    .description('compare every row of the services with the streams, and report each difference')
    .addOption(oneCustomer())
    .addOption(
      new Option('--lag-seconds <n>', 'an unapplied event is a difference once it is older than this')
        .argParser(wholeNumber(0))
        .default(LAG_SECONDS_DEFAULT),
    )
    .addHelpText('after', examples('mo reconcile', 'mo reconcile --customer 7 --json'))
    .action(({ customer, lagSeconds }, command) =>
      run(command, async ({ env, cwd, out }) => {
        const { findDatabases } = await import('../target/system.ts');
        const connections = findDatabases(env, cwd);
        const { differenceText, RECONCILE_CONNECTIONS, reconcile, withDatabases } = await import('@mo/streams');
        const startedMs = performance.now();
        let soFar = { customers: 0, events: 0, differences: 0 };
        const detail = () => `${counted(soFar.events, 'event')}, ${counted(soFar.differences, 'difference')}`;
        const stopProgress = showProgress({ unit: 'customers', done: () => soFar.customers, detail }, out.stderr);
        const done = await withDatabases(connections, RECONCILE_CONNECTIONS, (databases) =>
          reconcile(databases, {
            customerId: customer ?? null,
            lagMsMax: lagSeconds * 1000,
            onDifference: (difference) => out.result({ difference }, differenceText(difference)),
            onProgress: (reached) => {
              soFar = reached;
              return out.room();
            },
          }),
        ).finally(stopProgress);
        const { customers, events, differences } = done;
        checkFound(customer, customers);
        const read = `${counted(customers, 'customer')}, ${counted(events, 'event')}`;
        const text = `${read}: ${counted(differences, 'difference')} ${pace(customers, startedMs)}`;
        out.result({ customers, events, differences }, text);
        return differences === 0 ? EXIT.done : EXIT.notWell;
      }),
    );

export const rebuildCommand = () =>
  new Command('rebuild')
    .description("rewrite a service's rows from the streams, in one transaction per customer")
    .addOption(
      new Option('--service <name>', 'the service whose rows are rewritten').choices(STREAMS).makeOptionMandatory(),
    )
    .addOption(oneCustomer())
    .addHelpText('after', examples('mo rebuild --service payments', 'mo rebuild --service loans --customer 7'))
    .action(({ service, customer }, command) =>
      run(command, async ({ env, cwd, out }) => {
        const { findDatabases } = await import('../target/system.ts');
        const connections = findDatabases(env, cwd);
        const { differenceText, REBUILDS_AT_ONCE, rebuild, withDatabases } = await import('@mo/streams');
        const startedMs = performance.now();
        let customersDone = 0;
        const stopProgress = showProgress({ unit: 'customers', done: () => customersDone }, out.stderr);
        const done = await withDatabases(connections, REBUILDS_AT_ONCE, (databases) =>
          rebuild(databases, {
            service,
            customerId: customer ?? null,
            onDifference: (difference) => out.result({ difference }, `was: ${differenceText(difference)}`),
            onFailure: (id, reason) =>
              out.result({ failure: { customer_id: id, reason } }, `customer ${id}  could not be rebuilt: ${reason}`),
            onProgress: ({ customers }) => {
              customersDone = customers;
              return out.room();
            },
          }),
        ).finally(stopProgress);
        const { customers, differences, failures } = done;
        checkFound(customer, customers + failures);
        const was = `${counted(differences, 'difference')} before, ${counted(failures, 'failure')}`;
        out.result(
          { service, customers, differences, failures },
          `${counted(customers, 'customer')} of ${service} rebuilt: ${was} ${pace(customers, startedMs)}`,
        );
        return failures === 0 ? EXIT.done : EXIT.notWell;
      }),
    );

export const backfillCommand = () =>
  new Command('backfill')
    .description('copy the whole history of a stream to a new topic, for a new subscriber')
    .requiredOption('--topic <topic>', `the live topic: PREFIX.${STREAMS.join(', PREFIX.')}`, topic)
    .requiredOption('--to <topic>', "the subscriber's topic; it is created, and must not contain messages", topic)
    .option('--plan <file>', 'also write the instructions for the subscriber to this file, as JSON')
    .addHelpText('after', examples('mo backfill --topic mo.loans --to ledger.loans --plan plan.json'))
    .action(({ topic: live, to, plan: file }, command) =>
      run(command, async (context) => {
        const options = { stream: streamOf(live), topic: live, to, signal: context.stopping };
        const planFile = file === undefined ? null : WholeFile.begin(resolve(context.folder, file), '--plan');
        try {
          const plan = await runBackfill(context, options);
          context.out.result(plan, planText(plan));
          planFile?.finish(`${JSON.stringify(plan, null, 2)}\n`);
          return EXIT.done;
        } catch (error) {
          planFile?.discard();
          throw error;
        }
      }),
    );

async function runBackfill(
  { env, cwd, out }: Context,
  options: Pick<BackfillOptions, 'stream' | 'topic' | 'to' | 'signal'>,
): Promise<BackfillPlan> {
  const { findDatabasesAndKafka } = await import('../target/system.ts');
  const { databases: connections, kafka: target } = findDatabasesAndKafka(env, cwd);
  const { backfill, kafkaOf, withDatabases } = await import('@mo/streams');
  const kafka = kafkaOf(target);
  let sent = 0;
  const onProgress = (events: number) => {
    sent = events;
  };
  const stopProgress = showProgress({ unit: 'events', done: () => sent }, out.stderr);
  try {
    return await withDatabases(connections, BACKFILL_CONNECTIONS, (databases) =>
      backfill({ ...options, database: databases[options.stream], kafka, onProgress }),
    ).finally(stopProgress);
  } catch (error) {
    if (sent > 0) out.note(`${options.to} contains a part of the history now: repeat the backfill with another topic`);
    throw error;
  }
}

function planText({ events, customers, read, resume }: BackfillPlan): string {
  const offsets = (ends: BackfillPlan['resume']['from']) =>
    ends.map(({ partition, offset }) => `    partition ${partition}: ${offset}`).join('\n');
  return `${counted(events, 'event')} of ${counted(customers, 'customer')} are on ${read.topic}. Now the subscriber

  1. reads ${read.topic} from its beginning up to these offsets, exclusive:
${offsets(read.until)}
  2. continues with ${resume.topic} from these offsets:
${offsets(resume.from)}

For each customer and stream (ce_source) it keeps the last version (ce_sequence), and skips any version not above it.`;
}
