/** In the place of loans: what loans and customers owe after the skeleton's payments. */
import { followDebts } from './follow.ts';
import { follow } from './parts.ts';
import { serve } from './serve.ts';

await follow('loans', followDebts);
await serve(() => {});
