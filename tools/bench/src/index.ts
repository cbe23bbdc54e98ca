/** How the results of a run are written, for their readers. */
export { newOutcome, type Outcome } from './load/outcome.ts';
export { type PerProcess, perProcess } from './measure/processes.ts';
export { Rows } from './measure/rows.ts';
export { type Results, resultsJson } from './report/results.ts';
