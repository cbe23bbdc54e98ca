/** Links between the Markdown files of the repository. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

export interface Link {
  /** The page with the link. */
  readonly from: string;
  /** The file or folder that it leads to. */
  readonly to: string;
  readonly anchor: string | null;
}

/** The relative links of a page. Both paths are relative to the repository's root. */
export function linksOf(root: string, from: string): Link[] {
  const targets = readFileSync(join(root, from), 'utf8').matchAll(/\]\(([^)\s:]+)\)/g);
  return [...targets].map(([, target = '']) => {
    const [path = '', anchor = null] = target.split('#');
    return { from, to: path === '' ? from : normalize(join(dirname(from), path)), anchor };
  });
}

/** Whether a link leads to a file or folder, and to a heading if it names one. */
export function isWhole(root: string, { to, anchor }: Link): boolean {
  if (!existsSync(join(root, to))) return false;
  return anchor === null || anchorsIn(readFileSync(join(root, to), 'utf8')).has(anchor);
}

/** The anchors that GitHub gives to the headings of a page, and those that the page sets itself. */
export function anchorsIn(page: string): Set<string> {
  const headings = [...page.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => heading);
  const own = [...page.matchAll(/<a id="([^"]+)">/g)].map(([, id = '']) => id);
  return new Set([...headings.map(anchorOf), ...own]);
}

const anchorOf = (heading: string): string =>
  heading
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}_ -]/gu, '')
    .replaceAll(' ', '-');
