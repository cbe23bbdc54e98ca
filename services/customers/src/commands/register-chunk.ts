import { type EventOf, isoTime, type NewCustomer } from '@mo/contracts';
import type { Sql } from '@mo/database';
import { appendEvents } from '@mo/messaging';
import type { GoodLine } from '../bulk/check-line.ts';
import { insertAccounts, newCustomerIds } from '../db/accounts-table.ts';
import { type Attempt, matchCreated, noteCreated } from '../db/uploads-table.ts';
import { evolve, unknownAccount } from '../domain/account.ts';
import { registration } from '../domain/customer.ts';

export interface ChunkContext {
  readonly nowMs: number;
  /** The trace context of the events. */
  readonly traceparent: string | null;
  /** The attempt of an upload with an idempotency key; null if it has none. */
  readonly attempt: Attempt | null;
}

export interface RegisteredChunk {
  /** The numbers of the lines that count as created, by this chunk or by an earlier attempt of the same upload. */
  readonly lines: ReadonlySet<number>;
  /** How many of them an earlier attempt created. */
  readonly repeated: number;
}

/** Registers those lines of a chunk whose external_id is free. */
export async function registerChunk(
  sql: Sql,
  lines: readonly GoodLine[],
  context: ChunkContext,
): Promise<RegisteredChunk> {
  const firstOf = new Map(lines.toReversed().map((line) => [line.customer.external_id, line]));
  const firsts = lines.filter((line) => firstOf.get(line.customer.external_id) === line);
  const ids = await newCustomerIds(sql, firsts.length);
  const events = firsts.map(({ customer }, place) => registered(customer, ids[place] as number, context));
  const written = await insertAccounts(sql, events.map(accountOf));
  const created = events.filter((event) => written.has(event.customer_id));
  await appendEvents(sql, created);
  const names = created.map((event) => event.data.customer_external_id);
  if (context.attempt !== null) {
    const others = new Set(firstOf.keys()).difference(new Set(names));
    await noteCreated(sql, context.attempt, [...written]);
    names.push(...(await matchCreated(sql, context.attempt, [...others])));
  }
  const numbers = names.map((name) => (firstOf.get(name) as GoodLine).line);
  return { lines: new Set(numbers), repeated: numbers.length - created.length };
}

function registered(customer: NewCustomer, id: number, context: ChunkContext): EventOf<'CustomerRegistered'> {
  return {
    stream: 'customers',
    customer_id: id,
    version: 1,
    type: 'CustomerRegistered',
    data: registration(customer, id),
    seen: {},
    time: isoTime(context.nowMs),
    traceparent: context.traceparent,
  };
}

function accountOf(event: EventOf<'CustomerRegistered'>) {
  const { customer_id, version, time } = event;
  return { ...evolve(unknownAccount(customer_id), event), version, lastTimeMs: Date.parse(time) };
}
