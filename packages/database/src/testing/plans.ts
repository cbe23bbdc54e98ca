/** PostgreSQL's query plans of statements. */
import { run, type Sql } from '../sql.ts';

export interface Plan {
  readonly 'Node Type': string;
  readonly 'Index Name'?: string;
  readonly Plans?: readonly Plan[];
}

/** A plan that was run. */
interface Run {
  /** Only of scans of tables. */
  readonly 'Relation Name'?: string;
  /** Per loop. */
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Rows Removed by Index Recheck'?: number;
  readonly Plans?: readonly Run[];
}

/** Runs statements, and adds the generic plan of each to a list. */
export function explaining(sql: Sql, plans: Plan[]): Sql {
  return {
    query: async <Row>(text: string, parameters: readonly unknown[]) => {
      const generic = parameters.length > 0 ? 'GENERIC_PLAN, ' : '';
      const explain = `EXPLAIN (${generic}FORMAT JSON) ${text}`;
      const [row] = await run<{ 'QUERY PLAN': [{ Plan: Plan }] }>(sql, explain);
      plans.push(...(row?.['QUERY PLAN'] ?? []).map(({ Plan }) => Plan));
      return run<Row>(sql, text, parameters);
    },
  };
}

/** The indexes that a plan reads. */
export const indexesOf = (plan: Plan): string[] => [
  ...(plan['Index Name'] === undefined ? [] : [plan['Index Name']]),
  ...(plan.Plans ?? []).flatMap(indexesOf),
];

/** The node types of a plan. */
export const nodeTypes = (plan: Plan): string[] => [plan['Node Type'], ...(plan.Plans ?? []).flatMap(nodeTypes)];

/** Runs statements, and adds to a list how many rows each reads from tables and their indexes. */
export function counting(sql: Sql, counts: number[]): Sql {
  return {
    query: async <Row>(text: string, parameters: readonly unknown[]) => {
      const explain = `EXPLAIN (ANALYZE, FORMAT JSON) ${text}`;
      const [row] = await run<{ 'QUERY PLAN': [{ Plan: Run }] }>(sql, explain, parameters);
      counts.push(...(row?.['QUERY PLAN'] ?? []).map(({ Plan }) => rowsRead(Plan)));
      return run<Row>(sql, text, parameters);
    },
  };
}

function rowsRead(plan: Run): number {
  const removed = (plan['Rows Removed by Filter'] ?? 0) + (plan['Rows Removed by Index Recheck'] ?? 0);
  const own = plan['Relation Name'] === undefined ? 0 : (plan['Actual Rows'] + removed) * plan['Actual Loops'];
  return (plan.Plans ?? []).reduce((sum, part) => sum + rowsRead(part), own);
}
