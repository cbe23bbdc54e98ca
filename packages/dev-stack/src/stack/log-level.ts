const levels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];

/** @throws Error if the services would refuse LOG_LEVEL, which they would do only once the servers run */
export function checkLogLevel({ LOG_LEVEL: level }: NodeJS.ProcessEnv): void {
  if (!level || levels.includes(level)) return;
  throw new Error(`LOG_LEVEL must be ${levels.slice(0, -1).join(', ')} or ${levels.at(-1)}, not "${level}"`);
}
