import type { Id } from '../domain/ids.ts';
import type { SecurityEvent, SecurityEventName, SecurityFact, Severity } from '../domain/security-events.ts';
import { securityEvent } from '../domain/security-events.ts';
import type { Instant } from '../domain/time.ts';
import { withOffset } from '../domain/time.ts';

/** Where security events go: the log always, and the push targets that the operator has set. */
export interface SecurityLog {
  /** Never waits for a target, and never throws. */
  record(fact: SecurityFact): void;
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

  return {
    record(fact) {
      const event = log(fact);
      for (const target of targets) {
        const dropped = target.take(event);
        if (dropped > 0) target.take(log({ name: 'events_dropped', outcome: 'detected', count: dropped }));
      }
    },
    usage: () => ({ events: counts, targets: targets.map((target) => target.usage()) }),
    async close() {
      await Promise.all(targets.map((target) => target.close()));
    },
  };
}
