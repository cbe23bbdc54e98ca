/** PostgreSQL's query plans of statements. */
import { run, type Sql } from '../sql.ts';

export interface Plan {
  readonly 'Node Type': string;
  readonly 'Index Name'?: string;
  readonly Plans?: readonly Plan[];
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
