/** How a command ends that fails: what is said, and the exit code. */
import { isProblem, MoError, NoAnswerError, type ProblemError } from '@mo/client';
import { CommandError, plain } from '@mo/command';
import type { Gateway } from '../target/gateway.ts';

/** Exit codes; the help of every command lists them. */
export const EXIT = {
  done: 0,
  /** It was answered or has run, and not all is well: a refusal, failed lines, differences, something that isn't healthy. */
  notWell: 1,
  /** It was called wrongly, could not begin, or was stopped. */
  failed: 2,
  /** By Ctrl-C, as shells count it. */
  interrupted: 130,
  /** Nobody reads its output any more (SIGPIPE). */
  outputClosed: 141,
} as const;

/** There is no such thing as was named. */
export class NotFoundError extends Error {
  override readonly name = 'NotFoundError';
}

export interface Failure {
  readonly exitCode: number;
  /** For people; more lines than one where there is something to do. */
  readonly lines: readonly string[];
  /** For programs. */
  readonly json: object;
}

/**
 * Tells what was thrown.
 *
 * @param gateway the one that was called, or null for none
 * @param takesKey whether the command has an option for an idempotency key
 */
export function failureOf(error: unknown, gateway: Gateway | null, takesKey = true): Failure {
  if (isProblem(error)) return problemFailure(error, gateway, takesKey);
  const text = messageOf(error);
  if (error instanceof NotFoundError) return failure(EXIT.notWell, { code: 'not_found', detail: text }, [text]);
  if (error instanceof MoError) {
    const isNoAnswer = error instanceof NoAnswerError;
    const code = isNoAnswer ? 'no_answer' : 'unexpected_answer';
    const member = { code, detail: text, idempotency_key: error.idempotencyKey };
    return failure(EXIT.failed, member, [text, ...adviceAfter(error, takesKey)]);
  }
  if (error instanceof CommandError) return failure(EXIT.failed, { code: 'failed', detail: text }, [text]);
  return failure(EXIT.failed, { code: 'bug', detail: text }, [(error as Error).stack ?? text]);
}

const failure = (exitCode: number, error: object, lines: readonly string[]): Failure => ({
  exitCode,
  lines: lines.flatMap((line) => line.split('\n')).map(plain),
  json: { error },
});

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function adviceAfter(error: MoError, takesKey: boolean): string[] {
  const advice: string[] = [];
  if (error instanceof NoAnswerError && !error.isTimeout)
    advice.push('  is it running? `npm start` starts it; --url or MO_URL names another gateway');
  if (error.idempotencyKey !== null)
    advice.push(`  it may have taken effect: ${again(error.idempotencyKey, takesKey)} it does so once`);
  return advice;
}

/** Of these the caller is told what to do; the others say it themselves. */
function problemFailure(error: ProblemError, gateway: Gateway | null, takesKey: boolean): Failure {
  const { code, status, problem, idempotencyKey } = error;
  const lines = [`${code}: ${problem.detail}`];
  for (const [name, value] of Object.entries(problem)) if (!SHOWN.has(name)) lines.push(`  ${name}: ${shown(value)}`);
  if (isProblem(error, 'invalid_request'))
    for (const { pointer, detail } of error.problem.errors ?? []) lines.push(`  ${pointer.slice(1)}: ${detail}`);
  if (status === 401 || status === 403)
    lines.push(`  the key is ${gateway?.keyFrom ?? 'not known'}; --key or MO_API_KEY gives another`);
  if (status >= 500) lines.push(`  it is ${problem.instance} in the log`);
  if (code === 'unavailable' && idempotencyKey !== null)
    lines.push(`  nothing was refused: ${again(idempotencyKey, takesKey)} it counts once`);
  const isRefusal = status < 500 && status !== 401 && status !== 403 && status !== 429;
  return failure(isRefusal ? EXIT.notWell : EXIT.failed, { ...problem, idempotency_key: idempotencyKey }, lines);
}

/** What is to be done so that something has its effect once. */
const again = (key: string, takesKey: boolean): string =>
  takesKey ? `try again with --idempotency-key ${key}, and` : 'run it again, it goes on under the same key, and';

const SHOWN = new Set(['type', 'title', 'status', 'code', 'detail', 'instance', 'errors']);
const shown = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
