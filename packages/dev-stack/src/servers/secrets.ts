import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeAtomically } from '../state-dir.ts';

const passwordBytes = 24;

/** A new password that needs no escaping in a URL. */
export function newPassword(): string {
  return randomBytes(passwordBytes).toString('base64url');
}

/** The passwords of a stack's database roles by name, made at first use and kept in a file that only we can read. */
export function passwords(dir: string): (role: string) => string {
  const path = passwordsFile(dir);
  const kept: Record<string, string> = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {};
  return (role) => {
    let password = kept[role];
    if (password === undefined) {
      password = newPassword();
      kept[role] = password;
      writeAtomically(path, `${JSON.stringify(kept, null, 2)}\n`);
    }
    return password;
  };
}

/** Where the passwords of a stack are kept. */
export function passwordsFile(dir: string): string {
  return join(dir, 'postgres-passwords.json');
}
