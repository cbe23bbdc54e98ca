/** The skeleton's loans process: debts of loans and customers after the skeleton's payments. */
import { followDebts } from './follow.ts';
import { follow } from './parts.ts';
import { serve } from './serve.ts';

await follow('loans', followDebts);
await serve(() => {});
