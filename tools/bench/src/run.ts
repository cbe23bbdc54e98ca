/** What all parts of a run share. */
import type { SqlLoad } from './controls/sql-load.ts';
import type { HttpLoad } from './load/http-load.ts';
import { type Pids, pidsOf } from './measure/processes.ts';
import type { Rows } from './measure/rows.ts';
import type { Settling } from './measure/settling.ts';
import type { Plan } from './plan.ts';
import type { SkeletonTables } from './skeleton/tables.ts';
import type { UnderTest } from './stack.ts';
import type { Databases } from './verify/databases.ts';

export interface Run {
  /** Names what this run creates. */
  readonly id: string;
  /** Where the run keeps what it needs, and what it starts writes its logs. */
  readonly dir: string;
  readonly plan: Plan;
  readonly rows: Rows;
  readonly under: UnderTest;
  readonly settling: Settling;
  readonly databases: Databases;
  readonly http: HttpLoad;
  readonly sql: SqlLoad;
  readonly skeleton: SkeletonTables;
  /** What must be known of the figures. */
  readonly notes: string[];
  readonly say: (line: string) => void;
}

/** The processes of the system under test. */
export const systemPids = ({ under }: Run): Pids => pidsOf(under.stack.stack());

/** Whether a scenario was chosen. */
export const isChosen = ({ plan }: Run, name: string): boolean => plan.scenarios.includes(name);
