/**
 * The folder to which relative paths refer: the one in which npm was called, although npm runs scripts in the root of
 * the repository.
 *
 * @param scripts the names of the command's npm scripts; under any other script it is the working folder
 */
export function callersFolder(scripts: readonly string[], env: NodeJS.ProcessEnv = process.env): string {
  const { npm_lifecycle_event: script = '', INIT_CWD: folder } = env;
  return scripts.includes(script) && folder ? folder : process.cwd();
}
