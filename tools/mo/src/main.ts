/** `mo`: reads the command line and carries it out. */
import { CommanderError } from '@commander-js/extra-typings';
import { EXIT } from './output/failure.ts';
import { programOf } from './program.ts';

// Whoever reads our output may have had enough, as `head` does: then it ends as other programs do.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(EXIT.outputClosed);
});
// What is done goes on without notes on it.
process.stderr.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

const isJson = process.argv.includes('--json');
try {
  await programOf(isJson).parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.failed;
  const isHelp = error.code === 'commander.help';
  const detail = isHelp ? 'a command is missing: --help tells which there are' : error.message.replace(/^error: /, '');
  if (isJson && error.exitCode !== 0) process.stderr.write(`${JSON.stringify({ error: { code: 'usage', detail } })}\n`);
}
