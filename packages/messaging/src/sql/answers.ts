/** Answers stored under their Idempotency-Key, in the same transaction as their effect. */

import { formatToken, isoTime, type Problem, parseToken } from '@mo/contracts';
import { arrayRows, column, columnNames, run, type Sql, type Statement } from '@mo/database';
import type { Answer, RequestKey } from '@mo/service-kit';
import type { StoredAnswer } from '../protocol/command.ts';

/** The lifetime of a key, in ms; an older key counts as absent. */
export const KEY_LIFETIME_MS = 24 * 60 * 60 * 1000;

interface AnswerRow {
  created_at: Date | string;
  id: Buffer;
  fingerprint: Buffer;
  status: number;
  body: string;
  token: string | null;
  settle: StoredAnswer['settle'];
}

/**
 * Also reads expired answers, of which there are few. With a condition on the age, a plan made while the table has a
 * few hundred rows would use the index on `created_at`, and later read all answers of a day for each batch.
 */
export const READ_ANSWERS = `
  SELECT id, fingerprint, status, body, token, settle, created_at FROM answers WHERE id = ANY($1::bytea[])`;

const FORGET = 'DELETE FROM answers WHERE id = ANY($1::bytea[]) AND created_at <= $2::timestamptz';

const ANSWER = {
  id: 'bytea',
  fingerprint: 'bytea',
  status: 'smallint',
  body: 'text',
  token: 'text',
  settle: 'json',
};

const WRITE = `
  INSERT INTO answers (${columnNames(ANSWER)}, created_at)
  ${arrayRows(ANSWER)}, $7::timestamptz
  ORDER BY id`;

/** The answers found under the keys of commands. */
export interface FoundAnswers {
  /** The valid answers, by the hex of the key's id. */
  readonly kept: ReadonlyMap<string, StoredAnswer>;
  /** The ids of keys whose stored answer has expired. */
  readonly outdated: readonly Buffer[];
}

/** Reads the answers stored under the keys of commands, or of other requests. */
export async function readAnswers(
  sql: Sql,
  requests: readonly { readonly key: RequestKey | null }[],
  nowMs: number,
): Promise<FoundAnswers> {
  const ids = requests.flatMap(({ key }) => (key === null ? [] : [key.id]));
  if (ids.length === 0) return { kept: new Map(), outdated: [] };
  const rows = await run<AnswerRow>(sql, READ_ANSWERS, [ids]);
  return {
    kept: new Map(rows.filter((row) => counts(row, nowMs)).map((row) => [row.id.toString('hex'), storedAnswer(row)])),
    outdated: rows.filter((row) => !counts(row, nowMs)).map((row) => row.id),
  };
}

const counts = (row: AnswerRow, nowMs: number): boolean => new Date(row.created_at).getTime() > nowMs - KEY_LIFETIME_MS;

/** Whether a valid answer is stored under the key. */
export async function isKeyUsed(sql: Sql, keyId: Buffer, nowMs: number): Promise<boolean> {
  return (await run<AnswerRow>(sql, READ_ANSWERS, [[keyId]])).some((row) => counts(row, nowMs));
}

/**
 * The statements that store answers. An answer that another transaction has stored under one of the keys since is a
 * conflict.
 *
 * @param outdated ids of keys whose expired answers are replaced
 */
export function answerStatements(
  answers: readonly StoredAnswer[],
  outdated: readonly Buffer[],
  nowMs: number,
): Statement[] {
  if (answers.length === 0) return [];
  const parameters = [
    column(answers, ({ key }) => key.id),
    column(answers, ({ key }) => key.fingerprint),
    column(answers, ({ answer }) => answer.status),
    column(answers, ({ answer }) => answer.body),
    column(answers, ({ answer }) => (answer.token === null ? null : formatToken(answer.token))),
    column(answers, ({ settle }) => (settle === null ? null : JSON.stringify(settle))),
    isoTime(nowMs),
  ];
  const forget = outdated.length === 0 ? [] : [{ text: FORGET, parameters: [outdated, oldest(nowMs)] }];
  return [...forget, { text: WRITE, parameters }];
}

/** Deletes expired answers, at most `rowsMax` per call. */
export async function forgetAnswers(sql: Sql, nowMs: number, rowsMax: number): Promise<number> {
  const rows = await run(
    sql,
    `DELETE FROM answers WHERE id IN (SELECT id FROM answers WHERE created_at <= $1::timestamptz LIMIT $2) RETURNING 1`,
    [oldest(nowMs), rowsMax],
  );
  return rows.length;
}

const oldest = (nowMs: number): string => isoTime(nowMs - KEY_LIFETIME_MS);

function storedAnswer(row: AnswerRow): StoredAnswer {
  const answer: Answer = {
    status: row.status,
    body: row.body,
    token: row.token === null ? null : parseToken(row.token),
    ...(row.status < 400 ? {} : { problem: (JSON.parse(row.body) as Problem).code }),
  };
  return { key: { id: row.id, fingerprint: row.fingerprint }, answer, settle: row.settle };
}
