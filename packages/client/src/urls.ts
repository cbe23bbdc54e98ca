/** The URLs of calls. */

/** The base URL for paths, without a trailing slash. @throws TypeError if the text is no valid base URL */
export function baseOf(text: string): string {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new TypeError(`url must be absolute, such as https://loans.example.com, not "${text}"`);
  }
  const hasCredentials = url.username !== '' || url.password !== '';
  if (!/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '' || hasCredentials)
    throw new TypeError(`url must be http or https, without a query or credentials, not "${text}"`);
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

/** Fills the parameters into a path template of the API. */
export const filled = (template: string, path: object): string =>
  template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(path[name as keyof typeof path])));

/** The query of a URL, including the question mark; undefined parameters are left out. */
export function queryText(query: object): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  const text = new URLSearchParams(given.map(([name, value]): [string, string] => [name, String(value)])).toString();
  return text === '' ? '' : `?${text}`;
}
