/** Leaves out what two OpenAPI documents have in common, because comparing it takes long and finds nothing. */

interface Parts {
  readonly paths?: Record<string, object>;
  readonly components?: Readonly<Record<string, Record<string, object>>>;
}

/** The texts of components by their references, such as `#/components/schemas/Loan`. */
type Texts = ReadonlyMap<string, string>;

/**
 * Removes from both documents the paths that are the same in them, with everything that they refer to; and then the
 * components that are the same, unless what remains refers to them.
 */
export function dropUnchanged(released: Parts, current: Parts): void {
  const [before, after] = [textsOf(released), textsOf(current)];
  const all = new Set([...before.keys(), ...after.keys()]);
  const changed = new Set([...all].filter((ref) => before.get(ref) !== after.get(ref)));
  grow(changed, () => [...before].filter(([, text]) => refersTo(text, changed)).map(([ref]) => ref));
  for (const [path, item] of Object.entries(released.paths ?? {})) {
    const text = JSON.stringify(item);
    if (text !== JSON.stringify(current.paths?.[path]) || refersTo(text, changed)) continue;
    delete released.paths?.[path];
    delete current.paths?.[path];
  }
  const needed = new Set([...changed, ...refsIn(JSON.stringify([released.paths, current.paths]))]);
  for (const texts of [before, after]) grow(needed, () => [...needed].flatMap((ref) => refsIn(texts.get(ref) ?? '')));
  for (const ref of all) {
    if (needed.has(ref)) continue;
    const [, , kind = '', name = ''] = ref.split('/');
    delete released.components?.[kind]?.[name];
    delete current.components?.[kind]?.[name];
  }
}

const textsOf = ({ components = {} }: Parts): Texts =>
  new Map(
    Object.entries(components).flatMap(([kind, parts]) =>
      Object.entries(parts).map(([name, part]) => [`#/components/${kind}/${name}`, JSON.stringify(part)] as const),
    ),
  );

/** Adds to a set until there is nothing new. */
function grow(set: Set<string>, more: () => readonly string[]): void {
  for (let size = -1; size < set.size; ) {
    size = set.size;
    for (const one of more()) set.add(one);
  }
}

/** The components that a text refers to, also if it refers to something within one. */
const refsIn = (text: string): string[] =>
  [...text.matchAll(/"\$ref":"([^"]+)"/g)].map(([, ref = '']) => ref.split('/').slice(0, 4).join('/'));

const refersTo = (text: string, refs: ReadonlySet<string>): boolean => refsIn(text).some((ref) => refs.has(ref));
