/**
 * Finds breaking changes between the released contract and the current one. Compatible changes are: requests require
 * less; answers contain more; events may contain more, but don't have to. Any other change breaks, and needs a higher
 * major version.
 */
import { apiCompare, type Diff } from 'api-smart-diff';
import { comparable } from './comparable.ts';
import { corrected, type Schemas } from './corrections.ts';
import { type EventsDocument, eventsAsApi } from './events-as-api.ts';
import { dropUnchanged } from './unchanged.ts';

export interface Versioned {
  readonly info: { readonly version: string };
}

/** The changes that break clients, one line each; empty if there are none. */
export function breaksOfApi(released: Versioned & Schemas, current: Versioned): string[] {
  return isNextMajor(released, current) ? [] : breaks(corrected(released), current);
}

/**
 * The changes that break subscribers, likewise, or the services themselves: they read their old events again, and those
 * of the previous version.
 */
export function breaksOfEvents(released: EventsDocument, current: EventsDocument): string[] {
  return isNextMajor(released, current) ? [] : breaks(eventsAsApi(released), eventsAsApi(current));
}

function breaks(released: object, current: object): string[] {
  // Both are modified, by apiCompare too.
  const [before, after] = [comparable(structuredClone(released)), comparable(structuredClone(current))];
  dropUnchanged(before, after);
  const { diffs } = apiCompare(before, after);
  return diffs
    .filter((diff) => counts(diff) && !isHarmless(diff))
    .filter((diff) => diff.type === 'breaking' || OWN_RULES.some((rule) => rule(diff)))
    .map(lineOf);
}

/**
 * Changes within a shared schema are judged where it is used: only the use shows whether it is a request or an answer.
 */
const counts = ({ path }: Diff): boolean => path[0] !== 'components' || path[1] !== 'schemas' || path.length === 3;

/** Descriptions may change freely, and problem codes may be added: the first release already announced that. */
function isHarmless({ action, path }: Diff): boolean {
  const [within, list] = path.slice(-3);
  const isWords = path.at(-1) === 'description' && path.at(-2) !== 'properties';
  return isWords || (action === 'add' && within === 'code' && list === 'enum');
}

/** api-smart-diff considers a changed or additional type in an answer harmless, which it is only in a request. */
function retypes({ action, path }: Diff): boolean {
  const [within, last] = path.slice(-2);
  return (
    (action === 'replace' && (last === 'type' || last === 'const')) || (within === 'type' && Number.isInteger(last))
  );
}

const isInAnswer = ({ path }: Diff): boolean => path[0] === 'paths' && path[3] === 'responses';

/** api-smart-diff allows the removal of an optional member, but readers may use it. */
const removesAnswerMember = (diff: Diff): boolean =>
  isInAnswer(diff) && diff.action === 'remove' && diff.path.at(-2) === 'properties';

/** No program can decide whether a new pattern permits only what the old one did, so any change counts as breaking. */
const changesAnswerFormat = (diff: Diff): boolean =>
  isInAnswer(diff) && diff.action === 'replace' && (diff.path.at(-1) === 'pattern' || diff.path.at(-1) === 'format');

/** Whether a header that every answer carried is now optional. */
const makesHeaderOptional = (diff: Diff): boolean =>
  isInAnswer(diff) && diff.path.at(-3) === 'headers' && diff.path.at(-1) === 'required' && diff.after !== true;

/** Keys that have only the former scope would be refused. */
const changesScope = ({ action, path }: Diff): boolean => path.at(-1) === 'x-scope' && action === 'replace';

/** Requests are closed: a member that is no longer known is rejected. */
const takesMemberNoLonger = ({ action, path }: Diff): boolean =>
  action === 'remove' && path.includes('requestBody') && path.at(-2) === 'properties';

/** Generated clients call operations and schemas by their names. */
function takesNameAway({ action, path }: Diff): boolean {
  const isName = path.at(-1) === 'operationId' || (path[1] === 'schemas' && path.length === 3);
  return isName && action !== 'add';
}

/** Whether an authentication method is gone, or requires more. */
const takesKeyAway = ({ action, path }: Diff): boolean =>
  path[0] === 'security' && !(action === 'add' && path.length === 2);

type Rule = (diff: Diff) => boolean;

/** Rules of our documents that api-smart-diff does not know. */
const OWN_RULES: readonly Rule[] = [
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
