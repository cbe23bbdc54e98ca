/** PostgreSQL access for all services: connections, transactions, statements, pages, column types, migrations. */

export {
  arrayRows,
  type ColumnTypes,
  column,
  columnNames,
  placedArrayRows,
  rowStatements,
  sortedArrayRows,
  updateRows,
} from './array-rows.ts';
export { type DatabaseConnection, databaseConfig, databaseConnection, readDatabaseConnection } from './connection.ts';
export { codeOf, MoneyType, WordType, wordOf } from './custom-types.ts';
export { type Database, type DatabaseOptions, migrate, openDatabase, SILENCE_MS_MAX } from './database.ts';
export { FILL_ROWS_MAX, type Fill } from './fill.ts';
export { buildIndexes, type Index } from './indexes.ts';
export { connectionOf, migrateAtStart, migrateFirst, migrateService, migrationConfig } from './migration.ts';
export { DATABASE_UNREACHABLE, databaseOutage, databaseProblem, sqlState } from './outage.ts';
export { poolMetrics, type WatchedPool } from './pool-metrics.ts';
export { PREPARED_MAX, statementName } from './preparing-client.ts';
export { REACH_MS_MAX, reachDatabase, UnreachedError } from './reach.ts';
export { type Condition, ofStatus, type PageOfTable, readPage } from './read-page.ts';
export { indexOfPeriods, NEXT_ROWS_MAX, type PageOfPeriod } from './read-period.ts';
export { whyUnreachable } from './readiness.ts';
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
