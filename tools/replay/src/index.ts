/** Sends the rows of a data set through the gateway, and compares the result with what the files alone imply. */
export { type ReplayOptions, replay } from './replay.ts';
export { renderText, type Summary } from './report.ts';
