/**
 * The one scheduler and its virtual clock. Everything that takes time is a task at a time; the next task runs once every
 * promise that the last one moved has come to rest. For that a step is taken from a tick that a microtask asked for: Node
 * runs such a tick only when no microtask is left. So what a seed does depends on nothing but the seed.
 */

/** Whose step a task is: a dead owner's is dropped, a frozen one's waits. */
export interface Owner {
  readonly alive: boolean;
  readonly frozen: boolean;
  /** Keeps a task until its owner wakes up. */
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

  /** Virtual time since the world began, in µs. */
  get nowUs(): number {
    return this.#nowUs;
  }

  /** How many tasks have run: the oracle's order of all that happens. */
  get steps(): number {
    return this.#steps;
  }

  /** Runs something after a delay in µs; for an owner, only while it lives. */
  after(delayUs: number, owner: Owner | null, run: () => void): void {
    this.#order += 1;
    this.#push({ atUs: this.#nowUs + delayUs, order: this.#order, owner, run });
  }

  /** Puts a task back, to be run at once. */
  resume(task: Task): void {
    task.atUs = Math.max(task.atUs, this.#nowUs);
    this.#push(task);
  }

  /** Takes steps until told to stop, or until nothing is left to do. */
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
