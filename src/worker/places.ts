import type { AttemptOutcome } from '../domain/webhooks/delivery.ts';

/**
 * The most concurrent deliveries of this process: in total, to one subscription, and to one host and port, for all
 * brands. A slow receiver uses only its own share. A receiver that answers quickly gets more places, and leaves some at
 * its host to others. A failing receiver gets one delivery at a time. Both only while half of the total is free: many
 * receivers that fail, or that were quick and now hang, do not use all of it.
 *
 * A receiver that has answered has its place again while the result is still being written. `held` limits how many
 * deliveries of a subscription are sent or wait to be written.
 */
const limits = {
  ...{ inAll: 256, inHalf: 128, perHost: 32 },
  usual: { sent: 8, held: 8 },
  quick: { sent: 24, held: 64 },
  failing: { sent: 1, held: 1 },
} as const;

/** A receiver is quick if the mean of its last answers took less than this, in milliseconds. */
const quickMs = 100;
/** That mean of a receiver that has not answered yet. */
const unknownMs = 2 * quickMs;
/** The weight of the latest answer in it. */
const latestWeight = 1 / 8;
/** What a failed delivery counts as, in milliseconds. */
const failedMs = 10 * quickMs;

/** A receiver, and the host and port that it is at. */
export interface ReceiverAt {
  readonly id: string;
  readonly host: string;
}

/** Where deliveries may be sent now. */
export interface Places {
  isFull(): boolean;
  /** How many deliveries may begin: to this receiver, and to its host. */
  freeFor(at: ReceiverAt, isFailing: boolean): { readonly own: number; readonly atHost: number };
  /** Whether half of the places of a receiver are free. */
  isHalfFree(id: string): boolean;
  take(at: ReceiverAt): Place;
}

/** The place of one delivery. */
export interface Place {
  /** The receiver has answered, or gets nothing: it may get another delivery. Only the first call counts. */
  leave(outcome?: AttemptOutcome): void;
  /** The result is written. */
  release(): void;
}

export function openPlaces(): Places {
  const [held, sending] = [count(), count()];
  /** The mean of the last answers, for each receiver. */
  const paces = new Map<string, number>();
  const paceOf = (id: string): number => paces.get(id) ?? unknownMs;
  const isQuick = (id: string): boolean => paceOf(id) < quickMs;

  function notePace(id: string, outcome: AttemptOutcome, milliseconds: number): void {
    const latest = outcome === 'delivered' ? milliseconds : failedMs;
    paces.set(id, paceOf(id) + (latest - paceOf(id)) * latestWeight);
  }

  /** How many more deliveries a receiver may have of its own share, while there are fewer than `inAll`. */
  const ownFree = (id: string, share: 'usual' | 'quick' | 'failing', inAll: number): number =>
    Math.min(limits[share].sent - sending.at(id), limits[share].held - held.at(id), inAll - held.inAll());

  return {
    isFull: () => held.inAll() >= limits.inAll,
    freeFor({ id, host }, isFailing) {
      const own = isFailing
        ? ownFree(id, 'failing', limits.inHalf)
        : Math.max(ownFree(id, 'usual', limits.inAll), isQuick(id) ? ownFree(id, 'quick', limits.inHalf) : 0);
      return { own, atHost: limits.perHost - sending.at(host) };
    },
    isHalfFree: (id) => 2 * sending.at(id) <= limits[isQuick(id) ? 'quick' : 'usual'].sent,
    take({ id, host }) {
      const began = performance.now();
      let isLeft = false;
      held.add(1, id);
      sending.add(1, id, host);
      return {
        leave(outcome) {
          if (isLeft) return;
          isLeft = true;
          sending.add(-1, id, host);
          if (outcome !== undefined) notePace(id, outcome, performance.now() - began);
        },
        release: () => held.add(-1, id),
      };
    },
  };
}

/** Counts deliveries: for each receiver, for each host, and in total. */
function count() {
  const counts = new Map<string, number>();
  let all = 0;
  return {
    at: (place: string): number => counts.get(place) ?? 0,
    inAll: (): number => all,
    add(change: number, ...places: readonly string[]): void {
      for (const place of places) {
        const now = (counts.get(place) ?? 0) + change;
        if (now > 0) counts.set(place, now);
        else counts.delete(place);
      }
      all += change;
    },
  };
}
