import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { isObject, readJson, writeAtomically } from '../state-dir.ts';

const passwordBytes = 24;

/** A new password that needs no escaping in a URL. */
export function newPassword(): string {
  return randomBytes(passwordBytes).toString('base64url');
}

/**
 * The passwords of a stack's database roles by name, generated at first use. Only the owner can read their file.
 *
 * @throws Error if the file is damaged
 */
export function passwords(dir: string): (role: string) => string {
  const path = passwordsFile(dir);
  const stored = readJson(path, arePasswords, 'restore it, or start from scratch with npm start -- --fresh') ?? {};
  return (role) => {
    let password = stored[role];
    if (password === undefined) {
      password = newPassword();
      stored[role] = password;
      writeAtomically(path, `${JSON.stringify(stored, null, 2)}\n`);
    }
    return password;
  };
}

const arePasswords = (value: unknown): value is Record<string, string> =>
  isObject(value) && Object.values(value).every((password) => typeof password === 'string');

/** The file with the passwords of a stack. */
export function passwordsFile(dir: string): string {
  return join(dir, 'postgres-passwords.json');
}
