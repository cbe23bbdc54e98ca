/** From a parsed command line to an exit code. */
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { Context, type GlobalOptions, InterruptedError } from './context.ts';
import { EXIT, type Failure, failureOf } from './output/failure.ts';

/** Carries out a command; `work` answers with the exit code. Whatever it throws is told, and becomes one. */
export async function run(command: CommandUnknownOpts, work: (context: Context) => Promise<number>): Promise<void> {
  const options: GlobalOptions = command.optsWithGlobals();
  const context = new Context(options);
  try {
    process.exitCode = await work(context);
  } catch (error) {
    const takesKey = command.options.some(({ long }) => long === '--idempotency-key');
    process.exitCode = tell(context, error, takesKey);
  }
}

function tell({ out, gatewayCalled }: Context, error: unknown, takesKey: boolean): number {
  if (error instanceof InterruptedError) {
    out.note('stopped');
    return EXIT.interrupted;
  }
  const { exitCode, lines, json }: Failure = failureOf(error, gatewayCalled, takesKey);
  out.note(out.isJson ? JSON.stringify(json) : `mo: ${lines.join('\n')}`);
  return exitCode;
}
