import { Command, InvalidArgumentError, Option } from '@commander-js/extra-typings';
import { showProgress } from '@mo/command';
import { type LetterSettlement, readCustomerId } from '@mo/contracts';
import type { Customer, Letter } from '@mo/dead-letters';
import type { Context } from '../context.ts';
import { examples } from '../options.ts';
import { EXIT } from '../output/failure.ts';
import { run } from '../run.ts';

interface Selection {
  readonly topic?: string | undefined;
  readonly customer: Customer;
}

const topicOption = () => new Option('--topic <topic>', 'only this topic, such as mo.loans');
const customerOption = () =>
  new Option('--customer <id>', 'only this customer, by internal id; none: letters whose customer cannot be read')
    .argParser(customer)
    .default('all' as const, 'all');

export const deadLettersCommand = () =>
  new Command('dlq')
    .description('dead letters: events that a follower could not process')
    .addCommand(list())
    .addCommand(retry())
    .addCommand(dismiss());

const list = () =>
  new Command('list')
    .description('list the open letters: origin, customer, type, version, age, reason')
    .addOption(topicOption())
    .addOption(customerOption())
    .addHelpText('after', examples('mo dlq list', 'mo dlq list --customer 7 --json'))
    .action((selection, command) =>
      run(command, async (context) => {
        const { lineOf, list: listLetters } = await import('@mo/dead-letters');
        const { out } = context;
        return withLetters(context, selection, async (topics, settled) => {
          const print = (letter: Letter) => {
            out.result(jsonOf(letter), lineOf(letter, Date.now()));
            return out.room();
          };
          const count = await listLetters(topics, settled, selection.customer, print);
          if (!out.isJson) out.result({}, `letters: ${count}`);
          return EXIT.done;
        });
      }),
    );

const retry = () =>
  new Command('retry')
    .alias('replay')
    .description('put letters back on their topics unchanged, each once, after a fix')
    .addOption(topicOption())
    .addOption(customerOption())
    .addHelpText('after', examples('mo dlq retry', 'mo dlq retry --topic mo.loans'))
    .action((selection, command) => run(command, (context) => settleAll(context, selection, 'replayed')));

const dismiss = () =>
  new Command('dismiss')
    .description(
      'settle letters without putting them back, such as messages that are no events; followers stop waiting for them',
    )
    .addOption(topicOption())
    .addOption(customerOption())
    .addHelpText('after', examples('mo dlq dismiss --customer none'))
    .action((selection, command) => run(command, (context) => settleAll(context, selection, 'dismissed')));

async function settleAll(context: Context, selection: Selection, settlement: LetterSettlement): Promise<number> {
  const { out } = context;
  const { lineOf, settle } = await import('@mo/dead-letters');
  return withLetters(context, selection, async (topics, settled) => {
    let read = 0;
    const work = { unit: 'messages', done: () => read, total: topics.messages };
    const stopProgress = showProgress(work, out.stderr);
    const onRead = (messages: number) => {
      read += messages;
    };
    const onLeft = (letter: Letter) =>
      out.note(`cannot be put back, because it is incomplete: ${lineOf(letter, Date.now())}`);
    const { customer } = selection;
    const done = await settle({ topics, settled, customer, settlement, onLeft, onRead }).finally(stopProgress);
    const { letters, messages, left } = done;
    const text =
      settlement === 'dismissed'
        ? `letters dismissed: ${letters}`
        : `letters put back: ${letters}, as messages: ${messages}, left: ${left}`;
    out.result({ settlement, letters, messages, left }, text);
    return left === 0 ? EXIT.done : EXIT.notWell;
  });
}

type Letters = typeof import('@mo/dead-letters');

async function withLetters(
  { env, cwd }: Context,
  { topic }: Selection,
  work: (
    topics: Awaited<ReturnType<Letters['LetterTopics']['open']>>,
    settled: Awaited<ReturnType<Letters['SettledLetters']['read']>>,
  ) => Promise<number>,
): Promise<number> {
  const { findKafka } = await import('../target/system.ts');
  const { LetterTopics, SettledLetters } = await import('@mo/dead-letters');
  const topics = await LetterTopics.open(findKafka(env, cwd), topic);
  try {
    return await work(topics, await SettledLetters.read(topics));
  } finally {
    await topics.close();
  }
}

const jsonOf = ({ customerId, atMs, omittedBytes, reason, ...letter }: Letter) => ({
  topic: letter.topic,
  partition: letter.partition,
  offset: letter.offset,
  origin: letter.origin,
  customer_id: customerId,
  type: letter.type,
  version: letter.version,
  at: new Date(atMs).toISOString(),
  omitted_bytes: omittedBytes,
  follower: letter.follower,
  reason,
});

function customer(text: string): Customer {
  const read = text === 'none' ? text : readCustomerId(text);
  if (read !== null) return read;
  throw new InvalidArgumentError("must be a customer's id, or none");
}
