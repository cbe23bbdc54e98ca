/** The outcome of a load, for readers of benchmark results. */
export { newOutcome, type Outcome } from './load/outcome.ts';
export { type PerProcess, perProcess } from './measure/processes.ts';
export { Rows } from './measure/rows.ts';
export { type Results, resultsJson } from './report/results.ts';
