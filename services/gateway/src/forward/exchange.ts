/**
 * One call, from the caller's request to the caller's answer, over as many attempts as needed.
 *
 * A call waits for its body to arrive, takes a place, waits for its turn, and is sent to a replica. A caller who sends
 * slowly therefore takes no capacity from others. (An upload is sent on while it arrives, so it takes its place first.)
 * A failed attempt is repeated where that is safe (failure.ts). While no replica is usable, the call waits for one for
 * a bounded time. The whole call has a deadline. When the caller disconnects, the forwarded request is aborted.
 *
 * The caller may receive the answer before the service has finished with the request, or the other way round. The call
 * is over, and its place is released, when both have finished.
 */
import { HEADERS, isIdempotent } from '@mo/contracts';
import { ProblemError, type Span, unavailable } from '@mo/service-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Dispatcher } from 'undici';
import { AnswerWriter } from './answer-writer.ts';
import { bodyTooSlow, noBody, type RequestBody } from './body.ts';
import { isContinueExpected } from './expect.ts';
import { AttemptEnded, type FailureKind, failureKind, isReplicaGone, mayRetry } from './failure.ts';
import { answerHeaders, has, requestHeaders, withTraceparent } from './headers.ts';
import { KeptBody } from './kept-body.ts';
import type { Replica, Traffic, UnderWay } from './replica.ts';
import type { Part } from './room.ts';
import { type Late, Upload } from './upload.ts';
import type { Upstream } from './upstream.ts';

const HTTP_PORT = 80;

type AnswerHead = Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseStart']>>[2];

let lastNumber = 0;

export class Exchange implements UnderWay {
  /** Unique within this process only. */
  readonly number = ++lastNumber;
  readonly #upstream: Upstream;
  readonly #traffic: Traffic;
  readonly #place: Part;
  readonly #request: FastifyRequest;
  readonly #reply: FastifyReply;
  readonly #writer: AnswerWriter;
  readonly #headers: string[];
  readonly #isRead: boolean;
  /** Whether sending the request twice has the same effect as sending it once. */
  readonly #isRepeatable: boolean;
  readonly #body: RequestBody;
  #deadline: NodeJS.Timeout | undefined;
  #attempts = 0;
  #waitUntilMs = 0;
  #stopWaiting: () => void = () => {};
  #noteWait: (() => void) | null = null;
  /** The replica of the current attempt; null between attempts. */
  #replica: Replica | null = null;
  #controller: Dispatcher.DispatchController | null = null;
  /** The span of the current attempt, if the call's trace is recorded. */
  #span: Span | null = null;
  #sentAtMs = 0;
  #hasPlace = false;
  /** Nothing more is sent to the caller. */
  #isAnswered = false;
  #isOver = false;

  constructor(upstream: Upstream, traffic: Traffic, caller: string, request: FastifyRequest, reply: FastifyReply) {
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    this.#isRead = isRead;
    const { operation } = request.routeOptions.config;
    this.#upstream = upstream;
    this.#traffic = traffic;
    this.#place = traffic === 'uploads' ? upstream.places.uploads.of(caller) : upstream.places.calls;
    this.#request = request;
    this.#reply = reply;
    this.#writer = new AnswerWriter(reply, upstream.answers.of(caller), upstream.limits.answerStallTimeoutMs);
    this.#headers = requestHeaders(request, caller, traffic === 'uploads');
    const isKeyed = operation !== undefined && isIdempotent(operation) && has(this.#headers, HEADERS.idempotencyKey);
    this.#isRepeatable = isRead || isKeyed;
    if (traffic === 'uploads') this.#body = new Upload(upstream.limits, (of) => this.#late(of));
    else this.#body = isRead ? noBody : new KeptBody(upstream.kept.of(caller), upstream.limits.bodyBytesMax);
  }

  start(): void {
    if (this.#reply.raw.destroyed) return; // the caller disconnected during admission
    this.#reply.raw.once('close', () => this.#callerGone());
    const { callTimeoutMs } = this.#upstream.limits;
    if (this.#traffic === 'calls') this.#deadline = setTimeout(() => this.#late(), callTimeoutMs);
    else if (!this.#takePlace()) return;
    this.#body.arrive(this.#request.raw, (refusal) => (refusal === null ? this.#begin() : this.#fail(refusal)));
    // A caller that sent "Expect: 100-continue" gets no 100 if the request was already refused.
    if (!this.#isAnswered && isContinueExpected(this.#request.raw)) this.#reply.raw.writeContinue();
  }

  /** Ends an upload of which more may arrive; one that has arrived is carried out, as a call is. */
  refuse(problem: ProblemError): void {
    if (!this.#body.hasArrived && !this.#writer.begun) this.#fail(problem);
  }

  abandon(): void {
    // An attempt that still waits for a connection is retried once that connection is refused.
    if (this.#controller === null || this.#writer.begun || !this.#mayAttemptAgain('abandoned')) return;
    this.#controller.abort(new AttemptEnded('abandoned'));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#isAnswered) controller.abort(new AttemptEnded('withdrawn'));
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number, headers: AnswerHead): void {
    if (status < 200) return;
    this.#span?.set({ 'http.response.status_code': status });
    // A service that closes the connection after a successful answer is about to stop.
    if (status < 400 && headers.connection === 'close') this.#replica?.leaveOut('it closes its connections');
    const isProblem = String(headers['content-type']).startsWith('application/problem+json');
    if (status >= 400 && !isProblem) controller.abort(new AttemptEnded(status === 503 ? 'closing' : 'garbled'));
    else this.#writer.head(status, answerHeaders(status, headers, this.#request), headers['content-length']);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#isAnswered) return;
    if (this.#writer.body(chunk, controller, this.#isRead)) return;
    this.#fail(unavailable('too many large answers are under way'));
  }

  onResponseEnd(): void {
    this.#leaveReplica('answered');
    this.#noteWait?.();
    this.#upstream.giveTurns();
    if (!this.#isAnswered) this.#writer.end();
    this.#finish();
  }

  onResponseError(_controller: Dispatcher.DispatchController | null, error: Error): void {
    const kind = failureKind(error, this.#controller !== null);
    const replica = this.#leaveReplica(kind);
    if (isReplicaGone(kind)) replica?.leaveOut(error);
    this.#upstream.giveTurns();
    if (this.#writer.begun && !this.#isAnswered) this.#writer.breakOff();
    if (this.#writer.begun || this.#isAnswered) this.#finish();
    else if (this.#mayAttemptAgain(kind) && this.#upstream.retries.take()) this.#attempt();
    else this.#fail(problemOf(kind, this.#upstream.service, error));
  }

  #takePlace(): boolean {
    this.#hasPlace = this.#place.take();
    if (!this.#hasPlace)
      this.#fail(unavailable(`too many ${this.#traffic} to ${this.#upstream.service} are under way`));
    return this.#hasPlace;
  }

  #begin(): void {
    if (!this.#hasPlace && !this.#takePlace()) return;
    this.#upstream.retries.save();
    if (this.#traffic === 'calls' && this.#upstream.turns.waiting > 0) this.#waitForTurn();
    else this.#attempt();
  }

  #mayAttemptAgain(kind: FailureKind): boolean {
    const { limits, retries } = this.#upstream;
    const isOneLeft = this.#attempts < limits.attemptsMax && retries.isOneLeft;
    return isOneLeft && mayRetry(kind, this.#body.canBeSent, this.#isRepeatable);
  }

  #attempt(): void {
    const replica = this.#upstream.replicas.pick(this.#traffic);
    if (replica === null) this.#waitForReplica();
    else if (this.#traffic === 'calls' && !replica.hasRoom) this.#waitForTurn();
    else this.#send(replica);
  }

  #waitForTurn(): void {
    const { service, turns, limits, waitEstimate, places } = this.#upstream;
    this.#noteWait ??= waitEstimate.measure(places.calls.taken);
    this.#stopWaiting = turns.wait(limits.turnWaitMsMax, (isTurn) => {
      if (isTurn) this.#attempt();
      else this.#fail(unavailable(`${service} has more calls than it can process`));
    });
  }

  #send(replica: Replica): void {
    this.#attempts += 1;
    this.#replica = replica;
    this.#sentAtMs = performance.now();
    const { method, url, span } = this.#request;
    const body = this.#body.content();
    let headers = this.#headers;
    if (span !== null) {
      this.#span = attemptSpan(span, method, this.#upstream.service, replica.origin, this.#attempts);
      headers = withTraceparent(headers, this.#span.traceparent);
    }
    replica.dispatch(this.#traffic, { method, path: pathOf(url), headers, body }, this);
  }

  #waitForReplica(): void {
    const nowMs = performance.now();
    const { service, replicas, limits } = this.#upstream;
    this.#waitUntilMs ||= nowMs + limits.replicaWaitMs;
    if (nowMs >= this.#waitUntilMs) this.#fail(unavailable(`${service} is not available`));
    else this.#stopWaiting = replicas.whenUsable(this.#waitUntilMs - nowMs, () => this.#attempt());
  }

  #leaveReplica(outcome: 'answered' | FailureKind): Replica | null {
    const replica = this.#replica;
    this.#replica = null;
    this.#controller = null;
    this.#span?.end(outcome === 'answered' ? undefined : outcome);
    this.#span = null;
    replica?.leave(this.#traffic, this);
    this.#upstream.count(outcome, (performance.now() - this.#sentAtMs) / 1000);
    return replica;
  }

  /** Either the caller sends its body too slowly, or the service takes too long. */
  #late(who: Late = this.#body.hasArrived ? 'service' : 'caller'): void {
    if (this.#writer.begun) return;
    if (who === 'service') this.#fail(unavailable(`${this.#upstream.service} took too long`));
    else this.#fail(bodyTooSlow());
  }

  #callerGone(): void {
    if (this.#isAnswered) return;
    this.#isAnswered = true;
    this.#withdraw();
  }

  #fail(problem: ProblemError): void {
    if (this.#isAnswered) return;
    this.#isAnswered = true;
    this.#reply.send(problem);
    this.#withdraw();
  }

  /** Aborts the upstream request, because nobody waits for its answer any more. */
  #withdraw(): void {
    if (this.#replica === null) this.#finish();
    else this.#controller?.abort(new AttemptEnded('withdrawn'));
  }

  #finish(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#isAnswered = true;
    clearTimeout(this.#deadline);
    this.#stopWaiting();
    this.#body.drop();
    if (this.#hasPlace) this.#place.give();
  }
}

/** Each attempt is a span, so a trace shows which replica was called, how often, and how each attempt ended. */
function attemptSpan(call: Span, method: string, upstream: string, origin: string, attempt: number): Span {
  const { hostname, port } = new URL(origin);
  return call.child('client', `${method} ${upstream}`, {
    'http.request.method': method,
    'server.address': hostname,
    'server.port': Number(port || HTTP_PORT),
    ...(attempt > 1 ? { 'http.request.resend_count': attempt - 1 } : {}),
  });
}

/** A target in absolute form is equivalent to its path (RFC 9112, 3.2.2). */
function pathOf(url: string): string {
  return url.startsWith('/') ? url : url.slice(url.indexOf('/', url.indexOf('//') + 2));
}

function problemOf(kind: FailureKind, service: string, cause: unknown): ProblemError {
  if (kind === 'timeout') return unavailable(`${service} took too long`, cause);
  if (kind === 'oversized')
    return new ProblemError('invalid_request', 'the answer is too long: request fewer rows with limit');
  if (kind === 'unsendable') return new ProblemError('invalid_request', 'the path or a header holds forbidden bytes');
  return unavailable(`${service} is not available`, cause);
}
