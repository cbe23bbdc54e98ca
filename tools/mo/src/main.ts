/** `mo`: parses the command line and runs the command. */
import { writeSync } from 'node:fs';
import { CommanderError } from '@commander-js/extra-typings';
import { EXIT } from './output/failure.ts';
import { programOf } from './program.ts';

// The reader may close the output early, as `head` does: then exit as other programs do.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.outputClosed);
  writeSync(process.stderr.fd, `mo: the output cannot be written: ${error.message}\n`);
  process.exit(EXIT.failed);
});
// Without a reader of the notes, the work continues.
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
  const detail = isHelp ? 'a command is missing: see --help' : error.message.replace(/^error: /, '');
  if (isJson && error.exitCode !== 0) process.stderr.write(`${JSON.stringify({ error: { code: 'usage', detail } })}\n`);
}
