import type { BrandId, Id } from '../domain/ids.ts';
import type { SecurityEvent, SecurityEventName, SecurityFact, Severity } from '../domain/security-events.ts';
import { securityEvent } from '../domain/security-events.ts';
import type { Instant } from '../domain/time.ts';
import { plusSeconds, withOffset } from '../domain/time.ts';

/** Where security events go: the log always, and the push targets that the operator has set. */
export interface SecurityLog {
  /** Never waits for a target, and never throws. */
  record(fact: SecurityFact): void;
  /** Records `record_altered` for background work. */
  readonly alarm: RowAlarm;
  usage(): SecurityUsage;
  /** Sends what is left for a short while. What could not be sent stays in the spool. */
  close(): Promise<void>;
}

/** What the metrics show. */
export interface SecurityUsage {
  readonly events: ReadonlyMap<SecurityEventName, number>;
  readonly targets: readonly TargetUsage[];
}

export interface TargetUsage {
  readonly target: string;
  readonly spooledBytes: number;
  readonly dropped: number;
}

/** A place that events are pushed to, through a spool. */
export interface SecurityTarget {
  /** Keeps an event until it is delivered. Answers how many older ones had to go for it. */
  take(event: SecurityEvent): number;
  usage(): TargetUsage;
  close(): Promise<void>;
}

export interface SecurityLogOptions {
  readonly write: (level: 'info' | 'warn' | 'error', event: SecurityEvent) => void;
  readonly targets: readonly SecurityTarget[];
  readonly now: () => Instant;
  readonly newId: <Kind extends string>() => Id<Kind>;
}

const levels: Readonly<Record<Severity, 'info' | 'warn' | 'error'>> = {
  info: 'info',
  notice: 'info',
  warning: 'warn',
  error: 'error',
  alert: 'error',
};

export function openSecurityLog({ write, targets, now, newId }: SecurityLogOptions): SecurityLog {
  const counts = new Map<SecurityEventName, number>();

  function log(fact: SecurityFact): SecurityEvent {
    const event = securityEvent(fact, withOffset(now()), newId());
    counts.set(fact.name, (counts.get(fact.name) ?? 0) + 1);
    write(levels[event.severity], event);
    return event;
  }

  function record(fact: SecurityFact): void {
    const event = log(fact);
    for (const target of targets) {
      const dropped = target.take(event);
      if (dropped > 0) target.take(log({ name: 'events_dropped', outcome: 'detected', count: dropped }));
    }
  }

  return {
    record,
    alarm: openRowAlarm(record, now),
    usage: () => ({ events: counts, targets: targets.map((target) => target.usage()) }),
    async close() {
      await Promise.all(targets.map((target) => target.close()));
    },
  };
}

/** Milliseconds in which background work raises the alarm about a brand once. */
const pause = 60_000;
/** Seconds for which something may wait for a version of the root key that this machine lacks. */
export const patience = 600;
/** Seconds without a report after which it counts as continued. */
const quiet = 120;

/**
 * The alarm about a stored row, of a brand where that is known, which the service did not write.
 *
 * @param operation what found the row.
 * @param mayWait the row may be as the service wrote it, under a version of the root key that this machine lacks: the
 * alarm follows only if it is reported for ten minutes.
 */
export type RowAlarm = (
  brandId: BrandId | undefined,
  operation: string,
  options?: { readonly mayWait?: boolean },
) => void;

function openRowAlarm(record: (fact: SecurityFact) => void, now: () => Instant): RowAlarm {
  const raisedAt = new Map<string, number>();
  const waits = new Map<string, { readonly since: Instant; readonly reported: Instant }>();

  function hasWaitedLong(what: string): boolean {
    const at = now();
    const before = waits.get(what);
    const since = before && before.reported >= plusSeconds(at, -quiet) ? before.since : at;
    waits.set(what, { since, reported: at });
    return since <= plusSeconds(at, -patience);
  }

  return (brandId, operation, { mayWait = false } = {}) => {
    const what = `${operation} ${brandId ?? ''}`;
    if (mayWait && !hasWaitedLong(what)) return;
    if (performance.now() - (raisedAt.get(what) ?? Number.NEGATIVE_INFINITY) < pause) return;
    raisedAt.set(what, performance.now());
    record({ name: 'record_altered', outcome: 'detected', brandId, operation });
  };
}
