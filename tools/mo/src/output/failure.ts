/** The messages and the exit code of a command that fails. */
import { isProblem, MoError, NoAnswerError, type ProblemError } from '@mo/client';
import { CommandError, plain } from '@mo/command';
import type { Gateway } from '../target/gateway.ts';

/** Exit codes; the help of every command lists them. */
export const EXIT = {
  done: 0,
  /** Answered or run, but with a bad result: a refusal, failed lines, differences, a part that is not ready. */
  notWell: 1,
  /** Invalid usage, could not start, no answer, or stopped by a failure. */
  failed: 2,
  /** Stopped by Ctrl-C, as shells report it. */
  interrupted: 130,
  /** The reader closed the output (SIGPIPE). */
  outputClosed: 141,
} as const;

/** The named resource does not exist. */
export class NotFoundError extends Error {
  override readonly name = 'NotFoundError';
}

export interface Failure {
  readonly exitCode: number;
  /** For people; the lines after the first give details and advice. */
  readonly lines: readonly string[];
  /** For programs. */
  readonly json: object;
}

/**
 * Describes an error.
 *
 * @param gateway the gateway that was called; null if none was
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
    advice.push('  is the gateway running? `npm start` starts one; --url or MO_URL names another');
  if (error.idempotencyKey !== null)
    advice.push(
      `  the request may have taken effect: ${again(error.idempotencyKey, takesKey)} it takes effect only once`,
    );
  return advice;
}

function problemFailure(error: ProblemError, gateway: Gateway | null, takesKey: boolean): Failure {
  const { code, status, problem, idempotencyKey } = error;
  const lines = [`${code}: ${problem.detail}`];
  for (const [name, value] of Object.entries(problem)) if (!SHOWN.has(name)) lines.push(`  ${name}: ${shown(value)}`);
  if (isProblem(error, 'invalid_request'))
    for (const { pointer, detail } of error.problem.errors ?? []) lines.push(`  ${pointer.slice(1)}: ${detail}`);
  if (status === 401 || status === 403)
    lines.push(`  the key came from ${gateway?.keyFrom ?? 'an unknown source'}; --key or MO_API_KEY sets another`);
  if (status >= 500) lines.push(`  in the log: ${problem.instance}`);
  if (code === 'unavailable' && idempotencyKey !== null)
    lines.push(`  the request was not refused: ${again(idempotencyKey, takesKey)} it takes effect only once`);
  const isRefusal = status < 500 && status !== 401 && status !== 403 && status !== 429;
  return failure(isRefusal ? EXIT.notWell : EXIT.failed, { ...problem, idempotency_key: idempotencyKey }, lines);
}

/** How to repeat a request so that it takes effect only once. */
const again = (key: string, takesKey: boolean): string =>
  takesKey ? `try again with --idempotency-key ${key}, and` : 'run the command again, which uses the same key, and';

const SHOWN = new Set(['type', 'title', 'status', 'code', 'detail', 'instance', 'errors']);
const shown = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
