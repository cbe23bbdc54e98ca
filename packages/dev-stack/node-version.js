/**
 * Ends the process where this Node.js is too old for the rest; in plain JavaScript, so that it can say so. Whatever people
 * start imports it first.
 */
const nodeMin = [22, 18]; // runs TypeScript as it is

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < nodeMin[0] || (major === nodeMin[0] && minor < nodeMin[1])) {
  process.stderr.write(
    `MO Loans needs Node.js ${nodeMin.join('.')} or newer, and this is ${process.versions.node}. On Linux, npm ci brings ` +
      'the right one along (not with --omit=optional), and npm start and npx mo use it; elsewhere install Node.js 24.\n',
  );
  process.exit(1);
}
