import type { IncomingMessage } from 'node:http';

/** How fast a body has to arrive. */
export interface BodyPace {
  /** Every body may take so long. */
  readonly graceMs: number;
  /** Each so many bytes of a body that the operation accepts give it another second. */
  readonly bytesPerSecond: number;
  /** Without a byte for so long, the body has stalled. */
  readonly silenceMs: number;
  readonly checkEveryMs: number;
}

/** A slow line of 1 Mbit/s carries 125,000 bytes a second. */
export const bodyPace: BodyPace = {
  graceMs: 15_000,
  bytesPerSecond: 100_000,
  silenceMs: 15_000,
  checkEveryMs: 1_000,
};

/** The pace while a server stops: bodies have the ordinary time, so that large ones do not delay the end. */
export const withoutExtraTime = (pace: BodyPace): BodyPace => ({
  ...pace,
  bytesPerSecond: Number.POSITIVE_INFINITY,
});

export interface BodyProgress {
  readonly elapsedMs: number;
  /** Since the last byte. */
  readonly silentMs: number;
  readonly received: number;
  /** The size of body that the operation accepts. 0 before the caller is known to be allowed to send one. */
  readonly accepted: number;
}

/** Bytes beyond what the operation accepts give no time, so no caller can hold a connection by sending without end. */
export function isLate({ elapsedMs, silentMs, received, accepted }: BodyProgress, pace: BodyPace): boolean {
  const earnedMs = (Math.min(received, accepted) / pace.bytesPerSecond) * 1_000;
  return elapsedMs > pace.graceMs + earnedMs || silentMs > pace.silenceMs;
}

/** The longest time that a body of such a size can take. */
export const longestMs = (bytes: number, pace: BodyPace): number =>
  Math.ceil(pace.graceMs + (bytes / pace.bytesPerSecond) * 1_000);

/**
 * The most bytes of bodies that get extra time at once. A body is in memory until it is complete, so slow ones must not
 * be able to fill it. Beyond that, a body has the ordinary time.
 */
export const mostAccepted = 512 * 2 ** 20;

const accepted = new WeakMap<IncomingMessage, number>();
let acceptedInAll = 0;

/** From now on the bytes of this body count: the operation takes so many of them. False where there are too many. */
export function acceptBody(request: IncomingMessage, bytes: number): boolean {
  // Nothing would give it back: the client has left, or everything is here.
  if (request.destroyed || request.complete) return false;
  if (acceptedInAll + bytes > mostAccepted) return false;
  acceptedInAll += bytes;
  accepted.set(request, bytes);
  request.once('close', () => {
    acceptedInAll -= bytes;
  });
  return true;
}

/** Calls `late` once if the body of a request arrives too slowly. */
export function watchBody(request: IncomingMessage, pace: () => BodyPace, late: () => void): void {
  if (!hasBody(request)) return;
  const { socket } = request;
  const start = performance.now();
  const before = socket.bytesRead;
  let lastBytes = before;
  let lastAt = start;
  const timer = setInterval(() => {
    if (request.complete || request.destroyed) return clearInterval(timer);
    const now = performance.now();
    if (socket.bytesRead !== lastBytes) lastAt = now;
    lastBytes = socket.bytesRead;
    const progress = {
      elapsedMs: now - start,
      silentMs: now - lastAt,
      received: lastBytes - before,
      accepted: accepted.get(request) ?? 0,
    };
    if (!isLate(progress, pace())) return;
    clearInterval(timer);
    late();
  }, pace().checkEveryMs).unref();
  request.once('close', () => clearInterval(timer));
}

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
