/** A service's routes for its peers: its streams, their heads, and a wait until it has applied a peer's versions. */
import type { Stream, StreamEvent } from '@mo/contracts';
import type { Account, TimeSpan } from '@mo/messaging';
import type { Random } from '../engine/random.ts';
import type { Database } from './database.ts';
import { withUnknownType } from './garble.ts';
import type { Replica } from './replica.ts';

/** Short pages, so that pulls need several. */
const PAGE_EVENTS_MAX = 4;
const HEADS_PAGE_MAX = 3;

export interface Want {
  customer_id?: number;
  external_id?: string;
  after: number;
}

export function servePeers<A extends Account>(
  { process, database, writePath }: Replica<A>,
  random: Random,
  isGarbled: () => boolean,
): (path: string, body: unknown) => Promise<unknown> {
  const read = <T>(work: () => T): Promise<T> =>
    process.ask(random.between(60, 600), 0, () => {
      database.mustBeUp();
      return work();
    });
  return async (path, body) => {
    const [, , , stream = '', action = ''] = path.split('/');
    if (action === 'pull')
      return read(() => ({
        pages: (body as { wants: Want[] }).wants.map((want) => {
          const found = page(database, want);
          return found.events.length > 0 && isGarbled()
            ? { ...found, events: withUnknownType(found.events, random) }
            : found;
        }),
      }));
    if (action === 'settle') {
      const { customer_id, version } = body as { customer_id: number; version: number };
      return { applied: await writePath.catchUp(customer_id, stream as Stream, version, 'settle') };
    }
    const query = new URLSearchParams(action.slice(action.indexOf('?')));
    const number = (name: string, otherwise: number) => Number(query.get(name) ?? otherwise);
    const span = { sinceMs: number('since', 0), untilMs: number('until', Number.POSITIVE_INFINITY) };
    return read(() => {
      const found = heads(database, span, number('after', 0));
      return { heads: found.slice(0, HEADS_PAGE_MAX), is_last: found.length <= HEADS_PAGE_MAX };
    });
  };
}

function page<A extends Account>({ rows, journal }: Database<A>, { customer_id, external_id, after }: Want) {
  const id = rows.idOf({ customerId: customer_id, externalId: external_id });
  const events = id === undefined ? undefined : journal.get(id);
  if (events === undefined) return { customer_id: null, head: 0, events: [] };
  return { customer_id: id, head: events.length, events: events.slice(after, after + PAGE_EVENTS_MAX) };
}

function heads<A extends Account>(
  { journal }: Database<A>,
  span: Required<TimeSpan>,
  after: number,
): [number, number][] {
  const isWithin = ({ time }: StreamEvent) => Date.parse(time) >= span.sinceMs && Date.parse(time) < span.untilMs;
  return [...journal]
    .map(([id, events]) => [id, (span.sinceMs === 0 ? events : events.filter(isWithin)).at(-1)?.version] as const)
    .filter((head): head is [number, number] => head[0] > after && head[1] !== undefined)
    .sort(([id], [other]) => id - other);
}
