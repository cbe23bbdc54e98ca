/**
 * What is taken in while a webhook subscribes to it must not be missed: a transaction that stores events has read to
 * whom they go, and a replay finds only what is committed. So a transaction that activates a webhook, or changes its
 * types, waits for those that store events, and later ones wait for it. All such locks end with their transaction.
 */
const SUBSCRIBING_LOCK = 5_902_017;

/** For a transaction that stores events, before it reads which webhooks are active. */
export const HOLD_SUBSCRIBERS = `SELECT pg_advisory_xact_lock_shared(${SUBSCRIBING_LOCK})`;
/** For a transaction that subscribes, before it locks lanes: those that store events wait for lanes, too. */
export const AWAIT_INTAKE = `pg_advisory_xact_lock(${SUBSCRIBING_LOCK})`;
