/** Sends the rows of a data set through the gateway, and compares the outcome with sums made from the files alone. */
export { type ReplayOptions, replay } from './replay.ts';
export { renderText, type Summary } from './report.ts';
