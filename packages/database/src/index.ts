/** PostgreSQL access for all services: connections, transactions, statements, migrations. */

export {
  arrayRows,
  type ColumnTypes,
  columnNames,
  placedArrayRows,
  sortedArrayRows,
  updateRows,
} from './array-rows.ts';
export * from './connection.ts';
export * from './database.ts';
export { FILL_ROWS_MAX, type Fill } from './fill.ts';
export { buildIndexes, type Index } from './indexes.ts';
export * from './migration.ts';
export * from './outage.ts';
export { poolMetrics, type WatchedPool } from './pool-metrics.ts';
export { PREPARED_MAX, statementName } from './preparing-client.ts';
export { REACH_MS_MAX, reachDatabase, UnreachedError } from './reach.ts';
export * from './readiness.ts';
export { ROW_WAIT_MS_MAX, ROWS_WAITING_MAX, RowsById } from './rows-by-id.ts';
export {
  inTransaction,
  literal,
  run,
  runAll,
  type Sql,
  type Statement,
  sqlOf,
  type TransactionOptions,
  type TransactionSql,
} from './sql.ts';
