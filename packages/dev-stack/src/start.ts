/** `npm start`, once start.js has seen that this Node.js is new enough. */
import { runCommand } from './stack/command.ts';

await runCommand();
