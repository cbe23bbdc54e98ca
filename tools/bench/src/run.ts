/** State that all parts of a run share. */
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
  /** The prefix of the names that this run creates. */
  readonly id: string;
  /** The working directory of the run, with the logs of the processes that it starts. */
  readonly dir: string;
  readonly plan: Plan;
  readonly rows: Rows;
  readonly under: UnderTest;
  readonly settling: Settling;
  readonly databases: Databases;
  readonly http: HttpLoad;
  readonly sql: SqlLoad;
  readonly skeleton: SkeletonTables;
  /** Caveats to the figures. */
  readonly notes: string[];
  readonly say: (line: string) => void;
}

/** The processes of the system under test. */
export const systemPids = ({ under }: Run): Pids => pidsOf(under.stack.stack());

/** Whether a scenario was selected. */
export const isChosen = ({ plan }: Run, name: string): boolean => plan.scenarios.includes(name);
