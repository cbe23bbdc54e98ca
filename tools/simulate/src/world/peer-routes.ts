/** What a service offers the others, as its routes do: its streams, their heads, and to have applied theirs. */
import type { Stream } from '@mo/contracts';
import type { Account } from '@mo/messaging';
import { EPOCH_MS } from '../engine/process.ts';
import type { Random } from '../engine/random.ts';
import type { Database } from './database.ts';
import { withUnknownType } from './garble.ts';
import type { Replica } from './replica.ts';

/** A page is short, so that pulls take several. */
const PAGE_EVENTS_MAX = 4;

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
    return read(() => ({ heads: heads(database, Number(query.get('since')), Number(query.get('after'))) }));
  };
}

function page<A extends Account>({ rows, journal }: Database<A>, { customer_id, external_id, after }: Want) {
  const id = rows.idOf({ customerId: customer_id, externalId: external_id });
  const events = id === undefined ? undefined : journal.get(id);
  if (events === undefined) return { customer_id: null, head: 0, events: [] };
  return { customer_id: id, head: events.length, events: events.slice(after, after + PAGE_EVENTS_MAX) };
}

function heads<A extends Account>({ journal }: Database<A>, sinceMs: number, after: number): [number, number][] {
  return [...journal]
    .filter(
      ([id, events]) =>
        id > after && (sinceMs <= EPOCH_MS || events.some((event) => Date.parse(event.time) >= sinceMs)),
    )
    .map(([id, events]) => [id, events.length] as [number, number])
    .sort(([id], [other]) => id - other);
}
