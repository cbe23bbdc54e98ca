/** Where `npm start` begins. */
import './node-version.js';

await import('./src/start.ts');
