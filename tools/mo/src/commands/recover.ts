/** `mo recover`: recovers a service whose database was restored from a backup. */
import { Command, Option } from '@commander-js/extra-typings';
import { showProgress } from '@mo/command';
import { STREAMS, topicOf } from '@mo/contracts';
import type { Recovered } from '@mo/streams';
import { examples } from '../options.ts';
import { counted } from '../output/counted.ts';
import { EXIT } from '../output/failure.ts';
import { run } from '../run.ts';

const CONNECTIONS = 2;

/** How the number of partitions in use was found. */
const BASES = {
  events: 'as the partitions of the events show',
  guess: 'which is all of the topic: a guess, because its events do not determine the number',
} as const;

export const recoverCommand = () =>
  new Command('recover')
    .description("recover a service's restored database from the topic of its events; the service must not run")
    .addOption(
      new Option('--service <name>', 'the service whose database was restored').choices(STREAMS).makeOptionMandatory(),
    )
    .addHelpText('after', examples('mo recover --service loans'))
    .action(({ service }, command) =>
      run(command, async ({ env, cwd, out }) => {
        const { findDatabasesAndKafka } = await import('../target/system.ts');
        const { databases: connections, kafka, topicPrefix } = findDatabasesAndKafka(env, cwd);
        const { kafkaOf, recover, withDatabases } = await import('@mo/streams');
        let soFar: Recovered = { messages: 0, events: 0, customers: 0, rewound: 0, failures: 0 };
        const detail = () => `${counted(soFar.events, 'lost event')} recovered`;
        const topic = topicOf(topicPrefix, service);
        const stopProgress = showProgress({ unit: 'messages', done: () => soFar.messages, detail }, out.stderr);
        const done = await withDatabases(connections, CONNECTIONS, (databases) =>
          recover(databases, {
            service,
            kafka: kafkaOf(kafka),
            topic,
            onFailure: (id, reason) =>
              out.result(
                { failure: { customer_id: id, reason } },
                id === null ? `message not understood: ${reason}` : `customer ${id}  could not be recovered: ${reason}`,
              ),
            onLost: (id, by, { head, applied }) =>
              out.result(
                { lost: { customer_id: id, service: by, head, applied } },
                `customer ${id}  ${by} had applied ${service} up to version ${applied}; the versions after ${head} are lost`,
              ),
            onPartitions: ({ from, to, basis }) =>
              out.result(
                { partitions: { topic, from, to, basis } },
                `${topic}  ${to} partitions are in use again, ${BASES[basis]}; the backup used ${from ?? 'none'}`,
              ),
            onProgress: (reached) => {
              soFar = reached;
            },
          }),
        ).finally(stopProgress);
        const { messages, events, customers, rewound, failures } = done;
        const text = `${counted(messages, 'message')} read: ${counted(events, 'event')} of ${service} recovered, rows of ${counted(customers, 'customer')} rewritten`;
        out.result(
          { service, ...done },
          `${text}, ${rewound} customers rewound in other services, ${failures} failures`,
        );
        return failures === 0 ? EXIT.done : EXIT.notWell;
      }),
    );
