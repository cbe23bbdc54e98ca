/**
 * What a guard has to end, also in a file. Somebody may kill a supervisor and its guard at once (`killall -9 node`), and then servers
 * are left that hold their ports and their data: the next start reads of them here.
 */
import { readFileSync, rmSync } from 'node:fs';
import { writeAtomically } from '../state-dir.ts';
import type { GuardOrder } from './guard.ts';
import { lives } from './proc.ts';

export class GuardRecord {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** The orders that are still to be carried out: for processes that live, and for containers. */
  read(): GuardOrder[] {
    let orders: GuardOrder[];
    try {
      orders = JSON.parse(readFileSync(this.#path, 'utf8')) as GuardOrder[];
    } catch {
      return []; // there is none, or a power cut has left a part of it, and then nothing that it names
    }
    return orders.filter((order) => !('watch' in order) || lives(order.watch.identity));
  }

  /** Folders are not for the next start to remove, which may be their owner. */
  write(orders: Iterable<GuardOrder>): void {
    const kept = [...orders].filter((order) => 'watch' in order || 'removeContainers' in order);
    try {
      writeAtomically(this.#path, JSON.stringify(kept));
    } catch {
      // A full disk stops nothing: the guard itself knows all of this, too.
    }
  }

  remove(): void {
    rmSync(this.#path, { force: true });
  }
}
