/** Entry point of `npm start`. */
import './node-version.js';

await import('./src/start.ts');
