/**
 * A simulated client with sequential operations. It retries after a lost answer or a 503, with the same key if it has
 * one. It may send a request twice at once, and may send its token with the next request.
 */
import { type ConsistencyToken, mergeTokens, STREAMS } from '@mo/contracts';
import type { RequestKey } from '@mo/service-kit';
import { EPOCH_MS } from '../engine/process.ts';
import { Random } from '../engine/random.ts';
import { show } from '../oracle/answers.ts';
import { attemptName } from '../oracle/commits.ts';
import { countAnswer } from '../oracle/count-answers.ts';
import type { World } from '../world/world.ts';
import { drawRequest } from './operations.ts';
import { carryOut, type Given, type Request, type Sent, serviceOf } from './requests.ts';

const ATTEMPTS_MAX = 6;
const TIMEOUT_MS = 2_000;
const REUSE_SHARE = 0.03;
/** How often a token names versions that do not exist yet. */
const FORGED_SHARE = 0.02;
/** The number of keyed operations that are repeated at the end. */
const REPEATED_MAX = 2;

interface Operation {
  readonly number: number;
  readonly name: string;
  readonly request: Request;
  readonly key: RequestKey | null;
  readonly token: ConsistencyToken | null;
  readonly isForged: boolean;
  readonly startStep: number;
  readonly random: Random;
  attempts: number;
}

export class Client {
  readonly #world: World;
  readonly #tokens = new Map<number, ConsistencyToken>();
  /** The most recent operations with a key. */
  readonly #keyed: Operation[] = [];

  constructor(world: World) {
    this.#world = world;
  }

  async run(operations: readonly number[]): Promise<void> {
    for (const number of operations) await this.#carryThrough(number);
  }

  async #carryThrough(number: number): Promise<void> {
    const { seed, habits, ledger, scheduler, figures } = this.#world;
    const random = new Random(seed, `operation-${number}`);
    await this.#world.wait(random.between(0, habits.thinkMsMax));
    const request = drawRequest(number, random, habits, ledger, EPOCH_MS + scheduler.nowUs / 1000);
    const isRead = request.kind === 'balance' || request.kind === 'list';
    const key = !isRead && random.chance(habits.keyShare) ? keyOf(number) : null;
    const token = random.chance(habits.tokenShare) ? this.#tokenFor(request) : null;
    const isForged = token !== null && random.chance(FORGED_SHARE);
    const operation: Operation = {
      number,
      name: `op-${number}`,
      request,
      key,
      token: isForged ? fromBeyond(token, random) : token,
      isForged,
      startStep: scheduler.steps,
      random,
      attempts: 0,
    };
    figures.operations += 1;
    if (operation.token !== null) figures.withToken += 1;
    if (key !== null && !isForged) this.#keyed.push(operation);
    if (this.#keyed.length > REPEATED_MAX) this.#keyed.shift();
    await this.#try(operation);
  }

  /** Repeats its last operations under their keys, answered or not. */
  async repeat(): Promise<void> {
    for (const operation of this.#keyed) {
      this.#world.figures.repeatedAtTheEnd += 1;
      operation.attempts = ATTEMPTS_MAX * 2;
      const given = await this.#send(operation);
      if (given === null) this.#world.report('clients are answered', `${operation.name} is not, though all is well`);
    }
  }

  /** Reads a customer's balance, with a token of everything known about that customer. */
  async lookAt(customerId: number): Promise<void> {
    const { ledger, scheduler, seed } = this.#world;
    const terms = ledger.customers.get(customerId);
    const token = ledger.tokenOf(customerId);
    const score = terms?.termsAt(terms.terms.length).score ?? 0n;
    const requests: Request[] = [
      { kind: 'balance', customerId },
      { kind: 'patch', customerId, score },
    ];
    for (const request of requests) {
      const number = this.#world.options.operations + 2 * customerId;
      const name = `op-${number}-${request.kind}`;
      const random = new Random(seed, name);
      const { steps: startStep } = scheduler;
      await this.#send({ number, name, request, key: null, token, isForged: false, startStep, random, attempts: 0 });
    }
  }

  async #try(operation: Operation): Promise<void> {
    const { habits } = this.#world;
    const { random, key } = operation;
    while (operation.attempts < ATTEMPTS_MAX) {
      const twins = key !== null && random.chance(habits.twinShare) ? 2 : 1;
      if (twins === 2) this.#world.figures.keysInFlightTwice += 1;
      const answers = await Promise.all(Array.from({ length: twins }, () => this.#send(operation)));
      if (answers.some((given) => given !== null && given.answer.status !== 503)) {
        if (key !== null && random.chance(REUSE_SHARE)) await this.#reuse(operation, answers);
        return;
      }
      if (key === null && random.chance(0.5)) return;
      await this.#world.wait(random.between(10, 150));
    }
  }

  /** Sends the request; null if no answer arrived. */
  async #send(operation: Operation): Promise<Given | null> {
    const { scheduler, answers, history } = this.#world;
    const { name, request, key, random } = operation;
    const attempt = attemptName(operation.number, operation.attempts);
    operation.attempts += 1;
    const startStep = scheduler.steps;
    this.#world.attempts.set(attempt, { startStep, operation: key === null ? attempt : name, request });
    const sent: Sent = { request, key, token: operation.token, origin: { requestId: attempt, traceparent: attempt } };
    history.note(
      () =>
        `${this.#world.time} ${attempt} ${show(request)}${key === null ? '' : ' with key'} ${tokenText(sent.token)}`,
    );
    const given = await this.#call(attempt, sent, random);
    history.note(() => `${this.#world.time} ${attempt} ← ${given === null ? 'no answer' : answerText(given)}`);
    countAnswer(this.#world.figures, request, given);
    if (given === null) return null;
    answers.check({
      operation: name,
      attempt,
      sent,
      given,
      isForged: operation.isForged,
      startStep: key === null ? startStep : operation.startStep,
      endStep: scheduler.steps,
    });
    if (given.token !== null) {
      const known = this.#tokens.get(given.token.customerId) ?? null;
      this.#tokens.set(given.token.customerId, mergeTokens(given.token, known));
    }
    return given;
  }

  /** Sends a used key with another body. */
  async #reuse(operation: Operation, answers: readonly (Given | null)[]): Promise<void> {
    if (!answers.some((given) => given !== null && [200, 201, 202, 409, 422].includes(given.answer.status))) return;
    const { key, request, random } = operation;
    this.#world.figures.keysReused += 1;
    const attempt = attemptName(operation.number, operation.attempts);
    this.#world.attempts.set(attempt, { startStep: this.#world.scheduler.steps, operation: attempt, request });
    const reused = { id: (key as RequestKey).id, fingerprint: Buffer.from('another body') };
    const sent: Sent = { request, key: reused, token: null, origin: { requestId: attempt, traceparent: attempt } };
    const given = await this.#call(attempt, sent, random);
    if (given !== null) this.#world.answers.checkReused({ attempt, given });
  }

  async #call(attempt: string, sent: Sent, random: Random): Promise<Given | null> {
    const { network } = this.#world;
    const replica = random.pick(this.#world.replicasOf(serviceOf(sent.request)));
    try {
      return await network.call({ owner: null, stream: null }, replica, random, TIMEOUT_MS, async () => {
        const arrivedStep = this.#world.scheduler.steps;
        const given = await carryOut(replica, sent);
        this.#world.answeredBy(replica, attempt, sent, given, arrivedStep);
        return given;
      });
    } catch (error) {
      this.#world.checkError(error, `${attempt} ${show(sent.request)}`);
      return null;
    }
  }

  #tokenFor(request: Request): ConsistencyToken | null {
    const { ledger } = this.#world;
    if ('customerId' in request) return this.#tokens.get(request.customerId) ?? null;
    if ('names' in request) {
      const id = request.names.customer_id ?? ledger.byName.get(request.names.customer_external_id ?? '')?.id;
      return id === undefined ? null : (this.#tokens.get(id) ?? null);
    }
    const tokens = [...this.#tokens.values()];
    return 'loanId' in request ? (tokens[0] ?? null) : null;
  }
}

/** A token that names a version which may not exist. */
function fromBeyond(token: ConsistencyToken, random: Random): ConsistencyToken {
  const stream = random.pick(STREAMS);
  const version = token.versions[stream] + 1 + random.below(3);
  return { ...token, versions: { ...token.versions, [stream]: version } };
}

const keyOf = (number: number): RequestKey => ({ id: Buffer.from(`key-${number}`), fingerprint: Buffer.from('body') });

const tokenText = (token: ConsistencyToken | null): string =>
  token === null ? '' : `token ${Object.values(token.versions).join('.')}`;

const answerText = ({ answer }: Given): string => `${answer.status} ${tokenText(answer.token)} ${answer.body}`;
