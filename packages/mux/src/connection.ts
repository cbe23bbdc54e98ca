/**
 * One connection that carries frames in both directions. All frames sent in one turn of the event loop leave in one
 * write. Under load that batches many calls, and the kernel's work per write is most of the cost of a small call.
 */
import type { Socket } from 'node:net';
import { encodeFrame, FRAME_TYPES, type Frame, FrameError, FrameReader, type FrameType } from './frame.ts';

/** The idle time after which the kernel sends TCP keep-alive probes. */
const KEEP_ALIVE_MS = 30_000;
/** The longest time from the first byte of a frame to its last. */
const FRAME_TIMEOUT_MS = 30_000;
/** How long the other side may take to read the pending data, once there is too much of it to read on. */
const UNREAD_TIMEOUT_MS = 30_000;
const NO_HEAD: readonly string[] = [];

export interface ConnectionLimits {
  /** The longest frame that this side reads. */
  readonly readBytes: number;
  /** The longest frame that the other side reads. */
  readonly sentBytes: number;
  /**
   * While more than this is sent but not read by the other side, this side stops reading. Left out on the side that
   * always reads: if both stopped, each could wait for the other.
   */
  readonly unreadBytes?: number;
}

export interface ConnectionEvents {
  onFrame(frame: Frame): void;
  /** Called once: nothing more can be received or sent. */
  onClose(error: Error | null): void;
}

export class Connection {
  readonly #socket: Socket;
  readonly #limits: ConnectionLimits;
  #frames: Buffer[] = [];
  /** Runs while a frame has been received only in part. */
  #late: NodeJS.Timeout | undefined;
  #isEnding = false;

  /** @param head the bytes that arrived with the upgrade request */
  constructor(socket: Socket, head: Buffer, limits: ConnectionLimits, events: ConnectionEvents) {
    this.#socket = socket;
    this.#limits = limits;
    let failure: Error | null = null;
    const reader = new FrameReader((frame) => events.onFrame(frame), limits.readBytes);
    const take = (chunk: Buffer) => {
      const before = reader.begun;
      try {
        reader.take(chunk);
        if (reader.begun !== before) this.#expectRest(reader.begun !== null);
      } catch (error) {
        socket.destroy(error as Error);
      }
    };
    socket.setNoDelay(true);
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    if (head.length > 0) socket.unshift(head);
    socket.on('data', take);
    socket.on('error', (error) => {
      failure = error;
    });
    socket.on('end', () => socket.destroy());
    socket.on('close', () => {
      clearTimeout(this.#late);
      events.onClose(failure);
    });
  }

  send(type: FrameType, call: number, head: readonly string[], body: Uint8Array | string): void {
    this.#frames.push(encodeFrame(type, call, head, body, this.#limits.sentBytes));
    if (this.#frames.length === 1) setImmediate(this.#flush);
  }

  breakOff(call: number, reason?: string): void {
    this.send(FRAME_TYPES.breakOff, call, reason === undefined ? NO_HEAD : [reason], '');
  }

  /** Closes the connection after all pending frames are written. */
  end(): void {
    this.#isEnding = true;
    if (this.#frames.length === 0) this.#socket.end();
  }

  destroy(error?: Error): void {
    this.#socket.destroy(error);
  }

  /** Closes the connection if a frame does not complete in time, because the part received so far occupies memory. */
  #expectRest(hasBegun: boolean): void {
    clearTimeout(this.#late);
    if (hasBegun) this.#late = setTimeout(this.#endLate, FRAME_TIMEOUT_MS).unref();
  }

  readonly #endLate = (): void => {
    this.destroy(new FrameError(`a frame was not complete after ${FRAME_TIMEOUT_MS} ms`));
  };

  /** Stops reading until the other side has read what was sent; closes the connection if that takes too long. */
  #waitForReader(): void {
    const socket = this.#socket;
    if (socket.isPaused()) return;
    socket.pause();
    const late = setTimeout(
      () => this.destroy(new Error(`sent data were not read within ${UNREAD_TIMEOUT_MS} ms`)),
      UNREAD_TIMEOUT_MS,
    ).unref();
    const goOn = () => {
      clearTimeout(late);
      socket.off('drain', goOn).off('finish', goOn).off('close', goOn).resume();
    };
    // All pending data is written ('finish' if the socket is ending), or the connection is closed.
    socket.on('drain', goOn).on('finish', goOn).on('close', goOn);
  }

  readonly #flush = (): void => {
    const socket = this.#socket;
    const frames = this.#frames;
    this.#frames = [];
    if (socket.writable) socket.write(frames.length === 1 ? (frames[0] as Buffer) : Buffer.concat(frames));
    if (socket.writableLength > (this.#limits.unreadBytes ?? Number.POSITIVE_INFINITY)) this.#waitForReader();
    if (this.#isEnding) socket.end();
  };
}
