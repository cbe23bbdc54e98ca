/** Options and arguments of several commands, and the parsers of their values. */
import { InvalidArgumentError, Option } from '@commander-js/extra-typings';
import { CommandError } from '@mo/command';
import { idempotencyKey, OVERLAP_SECONDS_MAX, STREAMS, type Stream, timeInput } from '@mo/contracts';
import type { Output } from './output/output.ts';

const ROWS_DEFAULT = 50;

/** Parses a whole number within bounds. */
export const wholeNumber =
  (lowest: number, highest = 999_999_999_999_999) =>
  (text: string): number => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : -1;
    if (value >= lowest && value <= highest) return value;
    throw new InvalidArgumentError(`must be a whole number from ${lowest}${highest < 1e12 ? ` to ${highest}` : ''}`);
  };

/** Parses words of a list, separated by commas. */
export const wordsOf =
  <Word extends string>(known: readonly Word[]) =>
  (text: string): Word[] => {
    const words = text.split(',').map((word) => word.trim());
    const unknown = words.find((word) => !(known as readonly string[]).includes(word));
    if (unknown === undefined) return words as Word[];
    throw new InvalidArgumentError(`"${unknown}" must be one of ${known.join(', ')}.`);
  };

/** Parses the name of a topic. */
export function topic(text: string): string {
  if (/^[\w.-]{1,200}$/.test(text)) return text;
  throw new InvalidArgumentError('must be a topic such as mo.loans');
}

/** The stream of a live topic. @throws CommandError */
export function streamOf(name: string): Stream {
  const stream = STREAMS.find((candidate) => name.endsWith(`.${candidate}`));
  if (stream !== undefined) return stream;
  throw new CommandError(`--topic must end in one of .${STREAMS.join(', .')}, unlike "${name}"`);
}

const DAY_FIRST = /^\d{4}-\d\d-\d\d/;

/** Parses a time that the API accepts; a day means its start in UTC. */
export function time(text: string): string {
  const value = /^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : text;
  const { success, error } = timeInput.safeParse(value);
  if (success) return value;
  if (DAY_FIRST.test(text)) throw new InvalidArgumentError(`${error.issues[0]?.message}.`);
  throw new InvalidArgumentError('must be a day such as 2030-01-31 (in UTC), or a time such as 2030-01-31T09:30:00Z.');
}

export const idOption = (what: string) =>
  new Option('--id <id>', `internal id of the ${what}, instead of its external_id`).argParser(wholeNumber(1));

export const overlapOption = () =>
  new Option('--overlap <seconds>', 'how long the old one stays valid; default: one day').argParser(
    wholeNumber(0, OVERLAP_SECONDS_MAX),
  );

/** Parses a key as the API accepts it. */
function keyOf(text: string): string {
  const { success, error } = idempotencyKey.safeParse(text);
  if (success) return text;
  throw new InvalidArgumentError(`${error.issues[0]?.message}.`);
}

export const keyOption = () =>
  new Option('--idempotency-key <key>', 'a command repeated with the same key takes effect only once').argParser(keyOf);

export const maxOption = () =>
  new Option('--max <rows>', 'maximum number of rows; --all for no limit')
    .argParser(wholeNumber(1))
    .default(ROWS_DEFAULT)
    .conflicts('all');
export const allOption = () => new Option('--all', 'all rows');

export const customerOption = (what: string) => new Option('--customer <external_id>', what).conflicts('customerId');
export const customerIdOption = () =>
  new Option('--customer-id <id>', 'the customer, by internal id').argParser(wholeNumber(1));

/** The members that name a customer in request bodies and filters. */
export const customerNamed = (options: { customer?: string | undefined; customerId?: number | undefined }) => ({
  customer_external_id: options.customer,
  customer_id: options.customerId,
});

/** Examples below the help of a command. */
export const examples = (...lines: readonly string[]): string =>
  `\nExamples:\n${lines.map((line) => `  $ ${line}`).join('\n')}`;

/** Limits the rows of a list as its options require. Notes on `out` if there may be more. */
export const wanted = <T>(
  rows: AsyncIterable<T>,
  { all, max }: { all?: true | undefined; max: number },
  out: Pick<Output, 'note'>,
) =>
  all === true ? rows : atMost(rows, max, () => out.note(`there may be more rows than ${max}: see --max and --all`));

async function* atMost<T>(items: AsyncIterable<T>, max: number, onMore: () => void): AsyncGenerator<T> {
  const iterator = items[Symbol.asyncIterator]();
  for (let left = max; left > 0; left -= 1) {
    const next = await iterator.next();
    if (next.done === true) return;
    yield next.value;
  }
  // All requested rows were read: if this look-ahead fails, there may be more.
  const hasMore = await iterator.next().then(
    ({ done }) => done !== true,
    () => true,
  );
  if (hasMore) onMore();
  await iterator.return?.();
}
