/**
 * The single scheduler and its virtual clock. Everything that takes time is a task. The next task runs once all
 * promises that the previous one affected have settled. To detect that, each step starts from a tick that a microtask
 * requested: Node.js runs such a tick only when no microtask is left. A run therefore depends on the seed alone.
 */

/** The process of a task: tasks of a dead owner are dropped, tasks of a frozen one wait. */
export interface Owner {
  readonly alive: boolean;
  readonly frozen: boolean;
  /** Keeps a task until the owner wakes up. */
  hold(task: Task): void;
}

export interface Task {
  /** Virtual time, in µs. */
  atUs: number;
  order: number;
  readonly owner: Owner | null;
  readonly run: () => void;
}

export class Scheduler {
  readonly #heap: Task[] = [];
  #order = 0;
  #nowUs = 0;
  #steps = 0;

  /** Virtual time since the start of the world, in µs. */
  get nowUs(): number {
    return this.#nowUs;
  }

  /** The number of tasks run so far: the oracle's total order of events. */
  get steps(): number {
    return this.#steps;
  }

  /** Runs a callback after a delay in µs; if it has an owner, only while the owner lives. */
  after(delayUs: number, owner: Owner | null, run: () => void): void {
    this.#order += 1;
    this.#push({ atUs: this.#nowUs + delayUs, order: this.#order, owner, run });
  }

  /** Schedules a held task to run at once. */
  resume(task: Task): void {
    task.atUs = Math.max(task.atUs, this.#nowUs);
    this.#push(task);
  }

  /** Runs tasks until `isOver` returns true or none is left. */
  run(isOver: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const step = (): void => {
        try {
          const task = isOver() ? undefined : this.#next();
          if (task === undefined) {
            resolve();
            return;
          }
          this.#nowUs = task.atUs;
          this.#steps += 1;
          task.run();
        } catch (error) {
          reject(error);
          return;
        }
        queueMicrotask(rest);
      };
      const rest = (): void => process.nextTick(step);
      rest();
    });
  }

  #next(): Task | undefined {
    for (;;) {
      const task = this.#pop();
      if (task === undefined || task.owner === null) return task;
      if (!task.owner.alive) continue;
      if (!task.owner.frozen) return task;
      task.owner.hold(task);
    }
  }

  #push(task: Task): void {
    const heap = this.#heap;
    let place = heap.length;
    heap.push(task);
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = heap[parent] as Task;
      if (isBefore(above, task)) break;
      heap[place] = above;
      place = parent;
    }
    heap[place] = task;
  }

  #pop(): Task | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1] as Task, heap[child] as Task)) child += 1;
      if (!isBefore(heap[child] as Task, last)) break;
      heap[place] = heap[child] as Task;
      place = child;
    }
    heap[place] = last;
    return first;
  }
}

const isBefore = (task: Task, other: Task): boolean =>
  task.atUs < other.atUs || (task.atUs === other.atUs && task.order < other.order);
