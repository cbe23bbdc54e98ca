/**
 * npm runs a script in the root of the repository; a relative path means the folder in which npm was called.
 *
 * @param scripts the names of the command's scripts: what other scripts start is where they want it to be
 */
export function callersFolder(scripts: readonly string[], env: NodeJS.ProcessEnv = process.env): string {
  const { npm_lifecycle_event: script = '', INIT_CWD: folder } = env;
  return scripts.includes(script) && folder ? folder : process.cwd();
}
