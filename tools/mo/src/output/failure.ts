/** The messages and the exit code of a command that fails. */
import { isProblem, MoError, NoAnswerError, type ProblemError, UnexpectedAnswerError } from '@mo/client';
import { CommandError, plain } from '@mo/command';
import type { Gateway } from '../target/gateway.ts';
import type { UnansweredWrite } from '../target/sender.ts';

/** Exit codes; the help of every command lists them. */
export const EXIT = {
  done: 0,
  /** Answered or run, but with a bad result: a refusal, failed lines, differences, a part that is not ready. */
  notWell: 1,
  /** Invalid usage, could not start, no answer, a refused key (401, 403, 429), or stopped by a failure. */
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

/** How a command whose answer was lost is repeated. */
export interface Repetition {
  /** Whether it has an option for an idempotency key. */
  readonly takesKey: boolean;
  /** What to do instead, if it only makes a write without an idempotency key. */
  readonly ifLost?: string | undefined;
  /** Its write that may have taken effect and has no answer; null if there is none. */
  readonly unanswered: UnansweredWrite | null;
}

/**
 * Describes an error.
 *
 * @param gateway the gateway that was called; null if none was
 */
export function failureOf(error: unknown, gateway: Gateway | null, command: Repetition): Failure {
  if (isProblem(error)) return problemFailure(error, gateway, command);
  const text = messageOf(error);
  if (error instanceof NotFoundError) return failure(EXIT.notWell, { code: 'not_found', detail: text }, [text]);
  if (error instanceof MoError) {
    const isNoAnswer = error instanceof NoAnswerError;
    const code = isNoAnswer ? 'no_answer' : 'unexpected_answer';
    const member = { code, detail: text, idempotency_key: error.idempotencyKey };
    return failure(EXIT.failed, member, [text, ...adviceAfter(error, command)]);
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

/** Describes a stop by Ctrl-C. A command without an option for a key continues by itself when it is run again. */
export function interruption({ takesKey, ifLost, unanswered }: Repetition): Failure {
  const key = unanswered?.idempotencyKey ?? null;
  const lines = ['stopped'];
  if (key !== null && takesKey) lines.push(`  ${mayHaveTakenEffect(key, takesKey)}`);
  else if (unanswered !== null && key === null && ifLost !== undefined) lines.push(`  ${ifLost}`);
  return failure(
    EXIT.interrupted,
    { code: 'interrupted', detail: lines.map((line) => line.trim()).join('; '), idempotency_key: key },
    lines,
  );
}

function adviceAfter(error: MoError, { takesKey, ifLost, unanswered }: Repetition): string[] {
  // A proxy refused the last attempt because of the rate, and no earlier attempt can have taken effect.
  if (error instanceof UnexpectedAnswerError && error.status === 429 && unanswered === null) return [];
  const advice: string[] = [];
  if (error instanceof NoAnswerError && !error.isTimeout)
    advice.push('  is the gateway running? `npm start` starts one; --url or MO_URL names another');
  if (error.idempotencyKey !== null) advice.push(`  ${mayHaveTakenEffect(error.idempotencyKey, takesKey)}`);
  else if (ifLost !== undefined) advice.push(`  ${ifLost}`);
  return advice;
}

function problemFailure(error: ProblemError, gateway: Gateway | null, { takesKey, ifLost }: Repetition): Failure {
  const { code, status, problem, idempotencyKey } = error;
  const lines = [`${code}: ${problem.detail}`];
  for (const [name, value] of Object.entries(problem)) if (!SHOWN.has(name)) lines.push(`  ${name}: ${shown(value)}`);
  if (isProblem(error, 'invalid_request'))
    for (const { pointer, detail } of error.problem.errors ?? [])
      lines.push(pointer === '' ? `  ${detail}` : `  ${pointer.slice(1)}: ${detail}`);
  if (status === 401 || status === 403)
    lines.push(`  the key came from ${gateway?.keyFrom ?? 'an unknown source'}; --key or MO_API_KEY sets another`);
  if (status >= 500) lines.push(`  in the log: ${problem.instance}`);
  if (code === 'unavailable' && idempotencyKey !== null)
    lines.push(`  the request was not refused: ${again(idempotencyKey, takesKey)} it takes effect only once`);
  if (code === 'unavailable' && idempotencyKey === null && ifLost !== undefined) lines.push(`  ${ifLost}`);
  const isRefusal = status < 500 && status !== 401 && status !== 403 && status !== 429;
  return failure(isRefusal ? EXIT.notWell : EXIT.failed, { ...problem, idempotency_key: idempotencyKey }, lines);
}

const mayHaveTakenEffect = (key: string, takesKey: boolean): string =>
  `the request may have taken effect: ${again(key, takesKey)} it takes effect only once`;

/** How to repeat a request so that it takes effect only once. */
const again = (key: string, takesKey: boolean): string =>
  takesKey ? `try again with --idempotency-key ${key}, and` : 'run the command again, which uses the same key, and';

const SHOWN = new Set(['type', 'title', 'status', 'code', 'detail', 'instance', 'errors']);
const shown = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
