/** What an image may contain, and what it must contain, judged by the paths of its files. */

/** A package that npm installs: the folder `node_modules/pg`, or the workspace that `node_modules/@mo/money` links to. */
export interface Dependency {
  /** Relative to the root of the repository. */
  readonly folder: string;
  /** Whether it may be missing. */
  readonly isOptional: boolean;
}

export interface Expected {
  /** The image's own workspace, and its production dependencies. */
  readonly dependencies: readonly Dependency[];
  /** The sources that `tsconfig.images.json` checks, if the image contains compiled code; null if it runs from sources. */
  readonly checkedSources: ReadonlySet<string> | null;
}

const PACKAGE = /^(.*\/)?node_modules\/(@[^/]+\/)?[^/]+(?=\/package\.json$)/;
const WORKSPACE = /^(packages|services|tools)\/[^/]+(?=\/)/;
/** The files of an image with compiled code, besides npm packages. */
const COMPILED = [/^(packages|services)\/[^/]+\/(package\.json|dist\/.+\.js(\.map)?)$/];
/** The files of an image that runs from sources. Neither secrets nor tests have such names. */
const SOURCES = [
  /^(\.npmrc|package(-lock)?\.json|turbo\.json)$/,
  /^(packages|services|tools)\/[^/]+\/(?!test\/|src\/testing\/).+(?<!\.test)\.(ts|js|json|md|xml|properties)$/,
];

/**
 * Compares the files of an image with what it must contain.
 *
 * @param files the paths of all files below the folder of the application, relative to that folder
 * @returns each fault in words; none if the image is as expected
 */
export function faultsOfContents(files: readonly string[], { dependencies, checkedSources }: Expected): string[] {
  const own = files.filter((file) => !file.includes('node_modules/'));
  const allowed = checkedSources === null ? SOURCES : COMPILED;
  return [
    ...faultsOfDependencies(files, dependencies),
    ...own.filter((file) => !allowed.some((name) => name.test(file))).map((file) => `must not contain ${file}`),
    ...(checkedSources === null ? [] : faultsOfCode(own, checkedSources)),
  ];
}

function faultsOfDependencies(files: readonly string[], dependencies: readonly Dependency[]): string[] {
  const found = new Set(files.flatMap((file) => (PACKAGE.exec(file) ?? WORKSPACE.exec(file))?.[0] ?? []));
  const expected = new Set(dependencies.map(({ folder }) => folder));
  const missing = dependencies.filter(({ folder, isOptional }) => !isOptional && !found.has(folder));
  return [
    ...missing.map(({ folder }) => `lacks the production dependency ${folder}`),
    ...[...found].filter((folder) => !expected.has(folder)).map((folder) => `needs no ${folder} in production`),
  ];
}

/** Compiled code needs its source map, because the services run with `--enable-source-maps`. */
function faultsOfCode(own: readonly string[], checkedSources: ReadonlySet<string>): string[] {
  const maps = new Set(own.filter((file) => file.endsWith('.map')));
  const code = own.filter((file) => file.endsWith('.js'));
  const unchecked = code.map(sourceOf).filter((source) => !checkedSources.has(source));
  return [
    ...code.filter((file) => !maps.has(`${file}.map`)).map((file) => `lacks the source map of ${file}`),
    ...unchecked.map((source) => `contains ${source}, which tsconfig.images.json does not check`),
  ];
}

const sourceOf = (file: string) => file.replace('/dist/', '/src/').replace(/\.js$/, '.ts');
