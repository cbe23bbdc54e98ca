/** `mo partitions`: adds partitions to a topic in use. */
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
    .description("add partitions to a topic, while each customer's events stay in order for all who read it")
    .requiredOption('--topic <topic>', `the topic: PREFIX.${STREAMS.join(', PREFIX.')}`, topic)
    .addOption(
      new Option('--to <n>', 'the new number of partitions')
        .argParser(wholeNumber(1, PARTITIONS_MAX))
        .makeOptionMandatory(),
    )
    .option(
      '--without <groups...>',
      'consumer groups that nobody uses any more, which need not read the topic to its end',
    )
    .addOption(
      new Option('--wait-seconds <n>', 'how long the other groups may take to read the topic to its end')
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
          { unit: 'messages that other groups have not read yet', done: () => unread },
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
        const before = raised.from === raised.to ? 'unchanged' : `before: ${raised.from}`;
        out.result(raised, `${name} has ${raised.to} partitions (${before})`);
        return EXIT.done;
      }),
    );

export const partitionsCommand = () =>
  new Command('partitions').description('the partitions of a topic').addCommand(raise());
