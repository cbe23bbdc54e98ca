/** Runs a parsed command line, up to the exit code. */
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { Context, type GlobalOptions, InterruptedError } from './context.ts';
import { EXIT, type Failure, failureOf } from './output/failure.ts';

/** Runs a command. `work` returns the exit code; an error that it throws is reported and determines the exit code. */
export async function run(command: CommandUnknownOpts, work: (context: Context) => Promise<number>): Promise<void> {
  const options: GlobalOptions = command.optsWithGlobals();
  const context = new Context(options);
  try {
    process.exitCode = await work(context);
  } catch (error) {
    const takesKey = command.options.some(({ long }) => long === '--idempotency-key');
    process.exitCode = report(context, error, takesKey);
  }
}

function report({ out, gatewayCalled }: Context, error: unknown, takesKey: boolean): number {
  if (error instanceof InterruptedError) {
    out.note('stopped');
    return EXIT.interrupted;
  }
  const { exitCode, lines, json }: Failure = failureOf(error, gatewayCalled, takesKey);
  out.note(out.isJson ? JSON.stringify(json) : `mo: ${lines.join('\n')}`);
  return exitCode;
}
