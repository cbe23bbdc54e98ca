/** A batch on accounts as a store would have found them. */
import { Batch, type Command, type CommandOutcome, type StoredAnswer } from '../src/index.ts';
import { type Ledger, ledgerModel, ledgerOf, NOW_MS } from './ledger.ts';

interface Found {
  accounts?: Ledger[];
  taken?: string[];
  answers?: readonly StoredAnswer[];
  nowMs?: number;
}

export function batchOn({ accounts = [ledgerOf(1)], taken = [], answers = [], nowMs = NOW_MS }: Found = {}) {
  const state = {
    accounts: new Map(accounts.map((account) => [account.customerId, account])),
    taken: new Set(taken),
    answers: new Map(answers.map((answer) => [answer.key.id.toString('hex'), answer])),
    ids: [101, 102, 103, 104, 105],
  };
  return new Batch(ledgerModel, state, nowMs);
}

/** Takes commands that have nothing confirmed yet. */
export const run = (batch: Batch<Ledger>, ...commands: Command<Ledger>[]): CommandOutcome[] =>
  commands.map((command) => batch.command(command, null));

/** The status of an answer, or what came in its place. */
export const statusOf = (outcome: CommandOutcome | undefined) =>
  outcome?.kind === 'answered' ? outcome.answer.status : outcome?.kind;
