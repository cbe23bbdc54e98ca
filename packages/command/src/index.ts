/** What every command has: progress, errors that its user can act on, and words that can't steer a terminal. */
export * from './command-error.ts';
export * from './plain.ts';
export * from './progress.ts';
