/** Runs a parsed command line, up to the exit code. */
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { Context, type GlobalOptions, InterruptedError } from './context.ts';
import { type Failure, failureOf, interruption, type Repetition } from './output/failure.ts';

/**
 * Runs a command. `work` returns the exit code; an error that it throws is reported and determines the exit code.
 *
 * @param ifLost what to do if the answer to a write without an idempotency key is lost
 */
export async function run(
  command: CommandUnknownOpts,
  work: (context: Context) => Promise<number>,
  ifLost?: string,
): Promise<void> {
  const options: GlobalOptions = command.optsWithGlobals();
  const context = new Context(options);
  try {
    process.exitCode = await work(context);
  } catch (error) {
    const takesKey = command.options.some(({ long }) => long === '--idempotency-key');
    process.exitCode = report(context, error, { takesKey, ifLost, unanswered: context.unanswered });
  }
}

function report({ out, gatewayCalled }: Context, error: unknown, command: Repetition): number {
  const isInterrupted = error instanceof InterruptedError;
  const { exitCode, lines, json }: Failure = isInterrupted
    ? interruption(command)
    : failureOf(error, gatewayCalled, command);
  const text = lines.join('\n');
  out.note(out.isJson ? JSON.stringify(json) : isInterrupted ? text : `mo: ${text}`);
  return exitCode;
}
