import { Command, Option } from '@commander-js/extra-typings';
import { EVENT_TYPES, STREAMS, topicOf } from '@mo/contracts';
import type { TailedEvent } from '../events/event.ts';
import { customerIdOption, customerOption, examples, wholeNumber } from '../options.ts';
import { EXIT } from '../output/failure.ts';
import { run } from '../run.ts';

const TYPES = Object.keys(EVENT_TYPES) as (keyof typeof EVENT_TYPES)[];

export const eventsCommand = () => new Command('events').description('events of the streams').addCommand(tailCommand());

const tailCommand = () =>
  new Command('tail')
    .description('show events as they are written to Kafka, until Ctrl-C')
    .addOption(customerOption('only this customer'))
    .addOption(customerIdOption())
    .addOption(new Option('--type <type...>', 'only these types').choices(TYPES))
    .option('--from-beginning', 'first show everything that the topics contain')
    .addOption(new Option('--limit <n>', 'stop after this many events').argParser(wholeNumber(1)))
    .addHelpText(
      'after',
      examples(
        'mo events tail',
        'mo events tail --customer ada --type LoanTaken LoanPaid',
        'mo events tail --from-beginning --json --limit 100 > events.ndjson',
      ),
    )
    .action(({ customer, customerId, type: types, fromBeginning = false, limit }, command) =>
      run(command, async (context) => {
        const { out, env, cwd, stopping: signal } = context;
        const { findKafka } = await import('../target/system.ts');
        const { customerNameOf, eventLine } = await import('../events/event.ts');
        const { tail } = await import('../events/tail.ts');
        const target = findKafka(env, cwd);
        const streams = STREAMS.filter((stream) => types?.some((type) => EVENT_TYPES[type].stream === stream) ?? true);
        const topics = streams.map((stream) => topicOf(target.topicPrefix, stream));
        const isOfType = (event: TailedEvent) => types?.some((type) => type === event.type) ?? true;
        const isOfCustomer = (event: TailedEvent) =>
          (customerId === undefined || event.customer_id === customerId) &&
          (customer === undefined || customerNameOf(event) === customer);
        let count = 0;
        const onEvent = async (event: TailedEvent) => {
          out.result(event, eventLine(event));
          count += 1;
          if (count === limit) return true;
          await out.room();
          return false;
        };
        const onBegin = () => out.note(`following ${topics.join(', ')}; Ctrl-C stops`);
        const onUnreachable = () => out.note('Kafka is unreachable; retrying');
        const which = { topics, fromBeginning, isOfCustomer, isOfType };
        await tail({ target, ...which, onEvent, onBegin, onUnreachable, signal });
        return EXIT.done;
      }),
    );
