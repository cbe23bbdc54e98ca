/** Shared by all commands: progress, errors that the user can act on, and text that is safe for a terminal. */
export * from './command-error.ts';
export * from './plain.ts';
export * from './progress.ts';
