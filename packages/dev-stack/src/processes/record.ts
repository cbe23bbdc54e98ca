/**
 * The guard's orders in a file. If a supervisor and its guard are killed at once (`killall -9 node`), servers are left
 * that occupy their ports and data. The next start finds them in this file.
 */
import { readFileSync, rmSync } from 'node:fs';
import { writeAtomically } from '../state-dir.ts';
import type { GuardOrder } from './guard.ts';
import { isRunning } from './proc.ts';

export class GuardRecord {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** The orders for processes that still exist, and for containers. */
  read(): GuardOrder[] {
    let orders: GuardOrder[];
    try {
      orders = JSON.parse(readFileSync(this.#path, 'utf8')) as GuardOrder[];
    } catch {
      return []; // missing, or truncated by a power cut, after which none of its processes exist
    }
    return orders.filter((order) => !('watch' in order) || isRunning(order.watch.identity));
  }

  /** Omits paths: the next start may use the same folder and must not remove it. */
  write(orders: Iterable<GuardOrder>): void {
    const kept = [...orders].filter((order) => 'watch' in order || 'removeContainers' in order);
    try {
      writeAtomically(this.#path, JSON.stringify(kept));
    } catch {
      // A full disk is no reason to stop: the guard itself has the same orders.
    }
  }

  remove(): void {
    rmSync(this.#path, { force: true });
  }
}
