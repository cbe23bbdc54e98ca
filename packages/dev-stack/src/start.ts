/** `npm start`, after start.js has checked the version of Node.js. */
import { runCommand } from './stack/command.ts';

await runCommand();
