/** `mo partitions`: spreads a topic wider, in use. */
import { Command, Option } from '@commander-js/extra-typings';
import { showProgress } from '@mo/command';
import { STREAMS } from '@mo/contracts';
import { examples, streamOf, topic, wholeNumber } from '../options.ts';
import { EXIT } from '../output/failure.ts';
import { run } from '../run.ts';

const CONNECTIONS = 2;
const PARTITIONS_MAX = 1_000;
const WAIT_SECONDS_DEFAULT = 60;

const raise = () =>
  new Command('raise')
    .description("add partitions to a topic, such that each customer's events stay in order for all that read it")
    .requiredOption('--topic <topic>', `the topic: PREFIX.${STREAMS.join(', PREFIX.')}`, topic)
    .addOption(
      new Option('--to <n>', 'how many there are to be')
        .argParser(wholeNumber(1, PARTITIONS_MAX))
        .makeOptionMandatory(),
    )
    .option('--without <groups...>', 'consumer groups that nobody uses any more, which need not come to the end')
    .addOption(
      new Option('--wait-seconds <n>', 'how long the others may take to come to the end')
        .argParser(wholeNumber(1))
        .default(WAIT_SECONDS_DEFAULT),
    )
    .addHelpText('after', examples('mo partitions raise --topic mo.loans --to 24'))
    .action(({ topic: name, to, without = [], waitSeconds }, command) =>
      run(command, async ({ env, cwd, out }) => {
        const stream = streamOf(name);
        const { findDatabasesAndKafka } = await import('../target/system.ts');
        const { databases: connections, kafka } = findDatabasesAndKafka(env, cwd);
        const { kafkaOf, raisePartitions, withDatabases } = await import('@mo/streams');
        let unread = 0;
        const stopProgress = showProgress(
          { unit: 'messages that others have yet to read', done: () => unread },
          out.stderr,
        );
        const raised = await withDatabases(connections, CONNECTIONS, (databases) =>
          raisePartitions({
            database: databases[stream],
            kafka: kafkaOf(kafka),
            topic: name,
            to,
            without,
            waitMs: waitSeconds * 1000,
            onWaiting: (messages) => {
              unread = messages;
            },
          }),
        ).finally(stopProgress);
        const was = raised.from === raised.to ? 'had as many before' : `had ${raised.from}`;
        out.result(raised, `${name} has ${raised.to} partitions, and ${was}`);
        return EXIT.done;
      }),
    );

export const partitionsCommand = () =>
  new Command('partitions').description("how wide a topic's events are spread").addCommand(raise());
