/** The operators' commands over the streams: they work on the databases and on Kafka themselves, in use. */
import { resolve } from 'node:path';
import { Command, Option } from '@commander-js/extra-typings';
import { showProgress } from '@mo/command';
import { STREAMS } from '@mo/contracts';
import type { BackfillOptions, BackfillPlan } from '@mo/streams';
import type { Context } from '../context.ts';
import { examples, streamOf, topic, wholeNumber } from '../options.ts';
import { EXIT } from '../output/failure.ts';
import { WholeFile } from '../output/whole-file.ts';
import { run } from '../run.ts';

const LAG_SECONDS_DEFAULT = 30;
const BACKFILL_CONNECTIONS = 1;

const oneCustomer = () => new Option('--customer <id>', 'this customer alone, by our own id').argParser(wholeNumber(1));
const pace = (count: number, startedMs: number): string => {
  const seconds = (performance.now() - startedMs) / 1000;
  return `(${seconds.toFixed(1)} s, ${Math.round(count / Math.max(seconds, 0.001))}/s)`;
};

export const reconcileCommand = () =>
  new Command('reconcile')
    .description('hold every row of the services against what the streams tell, and name each difference')
    .addOption(oneCustomer())
    .addOption(
      new Option('--lag-seconds <n>', 'how old an event may be that is not applied yet')
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
        const detail = () => `${soFar.events} events, ${soFar.differences} differences`;
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
        const text = `${customers} customers, ${events} events: ${differences} differences ${pace(customers, startedMs)}`;
        out.result({ customers, events, differences }, text);
        return differences === 0 ? EXIT.done : EXIT.notWell;
      }),
    );

export const rebuildCommand = () =>
  new Command('rebuild')
    .description("write a service's tables anew from the streams, one transaction a customer")
    .addOption(new Option('--service <name>', 'whose tables').choices(STREAMS).makeOptionMandatory())
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
        const was = `${differences} differences before, ${failures} failures`;
        out.result(
          { service, customers, differences, failures },
          `${customers} customers of ${service} rebuilt: ${was} ${pace(customers, startedMs)}`,
        );
        return failures === 0 ? EXIT.done : EXIT.notWell;
      }),
    );

export const backfillCommand = () =>
  new Command('backfill')
    .description('give a new subscriber the whole history of a stream, on a topic of its own')
    .requiredOption('--topic <topic>', `the live topic: PREFIX.${STREAMS.join(', PREFIX.')}`, topic)
    .requiredOption('--to <topic>', "the subscriber's topic; it is made, and must have no messages", topic)
    .option('--plan <file>', 'write what the subscriber has to do as JSON, too')
    .addHelpText('after', examples('mo backfill --topic mo.loans --to ledger.loans --plan plan.json'))
    .action(({ topic: live, to, plan: file }, command) =>
      run(command, async (context) => {
        const what = { stream: streamOf(live), topic: live, to, signal: context.stopping };
        const planFile = file === undefined ? null : WholeFile.begin(resolve(context.folder, file), '--plan');
        try {
          const plan = await backfilled(context, what);
          context.out.result(plan, planText(plan));
          planFile?.finish(`${JSON.stringify(plan, null, 2)}\n`);
          return EXIT.done;
        } catch (error) {
          planFile?.discard();
          throw error;
        }
      }),
    );

async function backfilled(
  { env, cwd, out }: Context,
  what: Pick<BackfillOptions, 'stream' | 'topic' | 'to' | 'signal'>,
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
      backfill({ ...what, database: databases[what.stream], kafka, onProgress }),
    ).finally(stopProgress);
  } catch (error) {
    if (sent > 0) out.note(`${what.to} has a part of the history now: a backfill anew goes to another topic`);
    throw error;
  }
}

function planText({ events, customers, read, resume }: BackfillPlan): string {
  const offsets = (ends: BackfillPlan['resume']['from']) =>
    ends.map(({ partition, offset }) => `    partition ${partition}: ${offset}`).join('\n');
  return `${events} events of ${customers} customers are on ${read.topic}. The subscriber now

  1. reads ${read.topic} from its beginning, up to these offsets (the offset itself not included):
${offsets(read.until)}
  2. then reads ${resume.topic} from these offsets on:
${offsets(resume.from)}

and for each customer and stream (ce_source) keeps the last version (ce_sequence), skipping what is not above it.`;
}
