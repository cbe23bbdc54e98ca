/**
 * Ends the process with a message if this Node.js is too old for the other modules. Plain JavaScript, so that an old
 * Node.js can run it. Every command that people start imports it first.
 */
const nodeMin = [22, 18]; // the first version that runs TypeScript directly

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < nodeMin[0] || (major === nodeMin[0] && minor < nodeMin[1])) {
  process.stderr.write(
    `MO Loans needs Node.js ${nodeMin.join('.')} or newer, but this is ${process.versions.node}. On Linux, npm ci ` +
      'installs the right version (unless --omit=optional), which npm start and npx mo use; elsewhere install Node.js ' +
      '24.\n',
  );
  process.exit(1);
}
