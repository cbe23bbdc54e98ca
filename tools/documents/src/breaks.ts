/**
 * What a contract takes away from those who rely on the one that was released. Requests may ask for less and answers and
 * events may tell more; nothing else. A higher major version may break.
 */
import { apiCompare, type Diff } from 'api-smart-diff';
import { comparable } from './comparable.ts';
import { type EventsDocument, eventsAsAnswers } from './events-as-answers.ts';

export interface Versioned {
  readonly info: { readonly version: string };
}

/** What breaks clients, a line each; empty where nothing does. */
export function breaksOfApi(released: Versioned, current: Versioned): string[] {
  return isNextMajor(released, current) ? [] : breaks(released, current);
}

/** What breaks subscribers, likewise. To them an event is what an answer is to clients. */
export function breaksOfEvents(released: EventsDocument, current: EventsDocument): string[] {
  return isNextMajor(released, current) ? [] : breaks(eventsAsAnswers(released), eventsAsAnswers(current));
}

function breaks(released: object, current: object): string[] {
  // The comparison writes into what it is given.
  const { diffs } = apiCompare(comparable(structuredClone(released)), comparable(structuredClone(current)));
  return diffs
    .filter((diff) => counts(diff) && !isHarmless(diff))
    .filter((diff) => diff.type === 'breaking' || OWN_RULES.some((rule) => rule(diff)))
    .map(lineOf);
}

/** What lies within a schema is judged where it is used: only there is it known whether it is asked for or told. */
const counts = ({ path }: Diff): boolean => path[0] !== 'components' || path[1] !== 'schemas' || path.length === 3;

/** Other words mean the same; and callers know from the first release on that codes of problems may be added. */
function isHarmless({ action, path }: Diff): boolean {
  const [within, list] = path.slice(-3);
  const isWords = path.at(-1) === 'description' && path.at(-2) !== 'properties';
  return isWords || (action === 'add' && within === 'code' && list === 'enum');
}

/** The comparison takes another type in an answer for harmless, as it is where one more is taken in a request. */
function retypes({ action, path }: Diff): boolean {
  const [within, last] = path.slice(-2);
  return (
    (action === 'replace' && (last === 'type' || last === 'const')) || (within === 'type' && Number.isInteger(last))
  );
}

const isInAnswer = ({ path }: Diff): boolean => path[0] === 'paths' && path[3] === 'responses';

/** The comparison allows the removal of an optional member, but readers may use it. */
const removesAnswerMember = (diff: Diff): boolean =>
  isInAnswer(diff) && diff.action === 'remove' && diff.path.at(-2) === 'properties';

/** Whether a new pattern allows only what the old one allowed cannot be computed, so any change counts. */
const changesAnswerFormat = (diff: Diff): boolean =>
  isInAnswer(diff) && diff.action === 'replace' && (diff.path.at(-1) === 'pattern' || diff.path.at(-1) === 'format');

/** Whether a header that every answer carried is now optional. */
const makesHeaderOptional = (diff: Diff): boolean =>
  isInAnswer(diff) && diff.path.at(-3) === 'headers' && diff.path.at(-1) === 'required' && diff.after !== true;

/** Keys that have the former scope alone are refused. */
const changesScope = ({ action, path }: Diff): boolean => path.at(-1) === 'x-scope' && action === 'replace';

/** Requests are closed: a member that isn't known any more is refused. */
const takesMemberNoLonger = ({ action, path }: Diff): boolean =>
  action === 'remove' && path.includes('requestBody') && path.at(-2) === 'properties';

/** Generated clients call operations and schemas by their names. */
function takesNameAway({ action, path }: Diff): boolean {
  const isName = path.at(-1) === 'operationId' || (path[1] === 'schemas' && path.length === 3);
  return isName && action !== 'add';
}

/** Whether a way to authenticate is gone, or asks for more. */
const takesKeyAway = ({ action, path }: Diff): boolean =>
  path[0] === 'security' && !(action === 'add' && path.length === 2);

/** What the comparison does not know of our documents. */
const OWN_RULES: readonly ((diff: Diff) => boolean)[] = [
  retypes,
  removesAnswerMember,
  changesAnswerFormat,
  makesHeaderOptional,
  changesScope,
  takesMemberNoLonger,
  takesNameAway,
  takesKeyAway,
];

const lineOf = ({ action, path, before, after }: Diff): string =>
  [path.join(' '), action, ...[before, after].map((value) => JSON.stringify(value)?.slice(0, 120) ?? '')]
    .join(' ')
    .trim();

function isNextMajor(released: Versioned, current: Versioned): boolean {
  return majorOf(current) > majorOf(released);
}

const majorOf = ({ info: { version } }: Versioned): number => Number.parseInt(version, 10);
