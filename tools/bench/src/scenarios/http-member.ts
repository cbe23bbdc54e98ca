/** A scenario of HTTP requests to the system, and all that it has written so far. */
import type { Level, Target } from '@mo/load';
import { centsOf } from '../load/amounts.ts';
import { addOutcome, newOutcome, type Outcome } from '../load/outcome.ts';
import type { Recipe } from '../load/recipes.ts';
import type { Member, Verified } from '../measure/member.ts';
import type { Pids } from '../measure/processes.ts';
import type { Settling } from '../measure/settling.ts';
import { type Run, systemPids } from '../run.ts';
import { targetOf } from '../stack.ts';
import { verifyWrites } from '../verify/writes.ts';

const WITHOUT_MONEY = { customerIds: [], amount: '0.00' };

export interface HttpScenario {
  readonly name: string;
  readonly recipe: Recipe;
  readonly note?: string;
  /** Runs in a closed loop only. */
  readonly isClosedOnly?: boolean;
}

export class WriteMember implements Member {
  readonly name: string;
  readonly isControl = false;
  readonly canBeOpen: boolean;
  readonly settling: Settling;
  readonly note?: string;
  readonly prefix: string;
  /** Its outcome so far, including the warm-up. */
  readonly total = newOutcome();
  /** What its customers owed before it, in cents. */
  owedCents: number;
  protected readonly run: Run;
  readonly #scenario: HttpScenario;
  readonly #target: Target;

  constructor(run: Run, scenario: HttpScenario, owedCents = 0) {
    this.run = run;
    this.name = scenario.name;
    this.prefix = `${run.id}-${scenario.name}-`;
    this.settling = run.settling;
    this.canBeOpen = scenario.isClosedOnly !== true;
    this.owedCents = owedCents;
    this.#scenario = scenario;
    this.#target = targetOf(run.under.stack.url, run.under.stack.apiKey);
    if (scenario.note !== undefined) this.note = scenario.note;
  }

  pids(): Pids {
    return systemPids(this.run);
  }

  load(level: Level, durationMs: number): Promise<Outcome> {
    return this.put(level, durationMs, 0, () => {});
  }

  /** Applies the load; receives the tokens of every n-th acknowledged write. */
  protected async put(
    level: Level,
    durationMs: number,
    tellEvery: number,
    onToken: (token: string) => void,
  ): Promise<Outcome> {
    const { recipe } = this.#scenario;
    const { prefix, total } = this;
    const order = { target: this.#target, recipe, prefix, first: total.nextNumber, level, durationMs, tellEvery };
    const outcome = await this.run.http.run(order, onToken);
    addOutcome(total, outcome);
    return outcome;
  }

  verify(): Promise<Verified> {
    const { prefix, total, owedCents } = this;
    const { created, unknown } = total;
    const { recipe } = this.#scenario;
    const { customerIds, amount } = 'amount' in recipe ? recipe : WITHOUT_MONEY;
    const amountCents = centsOf(amount);
    return verifyWrites(this.run.databases, { prefix, created, unknown, amountCents, customerIds, owedCents });
  }
}
