/** Never comes to the end of its start, as while its database is away. */
import { runProcess } from '../src/index.ts';

setInterval(() => {}, 1_000);
await runProcess(() => {
  process.send?.('starting');
  return new Promise(() => {});
});
