/** Options and arguments that several commands have, and how their values are read. */
import { InvalidArgumentError, Option } from '@commander-js/extra-typings';
import { CommandError } from '@mo/command';
import { OVERLAP_SECONDS_MAX, STREAMS, type Stream } from '@mo/contracts';
import type { Output } from './output/output.ts';

export const ROWS_DEFAULT = 50;

/** Reads a whole number within bounds. */
export const wholeNumber =
  (lowest: number, highest = 999_999_999_999_999) =>
  (text: string): number => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : -1;
    if (value >= lowest && value <= highest) return value;
    throw new InvalidArgumentError(`must be a whole number from ${lowest}${highest < 1e12 ? ` to ${highest}` : ''}`);
  };

/** Reads the name of a topic. */
export function topic(text: string): string {
  if (/^[\w.-]{1,200}$/.test(text)) return text;
  throw new InvalidArgumentError('must be a topic such as mo.loans');
}

/** The stream that a live topic is of. @throws CommandError */
export function streamOf(name: string): Stream {
  const stream = STREAMS.find((candidate) => name.endsWith(`.${candidate}`));
  if (stream !== undefined) return stream;
  throw new CommandError(`--topic must end in .${STREAMS.join(', .')}, not be "${name}"`);
}

/** Reads a time; a day means its beginning, in UTC. The API says what is wrong with any other text. */
export const time = (text: string): string => (/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : text);

export const idOption = (what: string) =>
  new Option('--id <id>', `our own id of the ${what}, instead of its external_id`).argParser(wholeNumber(1));

export const overlapOption = () =>
  new Option('--overlap <seconds>', 'how long the old one goes on; a day unless told').argParser(
    wholeNumber(0, OVERLAP_SECONDS_MAX),
  );

export const keyOption = () =>
  new Option('--idempotency-key <key>', 'sent again under the same key, it has its effect once');

export const maxOption = () =>
  new Option('--max <rows>', `how many rows at most; --all for no limit`)
    .argParser(wholeNumber(1))
    .default(ROWS_DEFAULT)
    .conflicts('all');
export const allOption = () => new Option('--all', 'all rows, however many');

export const customerOption = (what: string) => new Option('--customer <external_id>', what).conflicts('customerId');
export const customerIdOption = () =>
  new Option('--customer-id <id>', 'the same by our own id').argParser(wholeNumber(1));

/** The words for a customer in bodies and filters of the API. */
export const customerNamed = (options: { customer?: string | undefined; customerId?: number | undefined }) => ({
  ...(options.customer === undefined ? {} : { customer_external_id: options.customer }),
  ...(options.customerId === undefined ? {} : { customer_id: options.customerId }),
});

/** The examples below a command's help. */
export const examples = (...lines: readonly string[]): string =>
  `\nExamples:\n${lines.map((line) => `  $ ${line}`).join('\n')}`;

/** What the options of a list ask for of its rows; where that is not all of them, `out` says so on the side. */
export const wanted = <T>(
  rows: AsyncIterable<T>,
  { all, max }: { all?: true | undefined; max: number },
  out: Pick<Output, 'note'>,
) =>
  all === true ? rows : atMost(rows, max, () => out.note(`more than ${max} may be there: --max or --all shows them`));

async function* atMost<T>(items: AsyncIterable<T>, max: number, onMore: () => void): AsyncGenerator<T> {
  const iterator = items[Symbol.asyncIterator]();
  for (let left = max; left > 0; left -= 1) {
    const next = await iterator.next();
    if (next.done === true) return;
    yield next.value;
  }
  // What was asked for is there: where the look after it fails there may be more.
  const hasMore = await iterator.next().then(
    ({ done }) => done !== true,
    () => true,
  );
  if (hasMore) onMore();
  await iterator.return?.();
}
