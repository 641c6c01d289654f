import type { Logger } from 'pino';
import { pino } from 'pino';
import type { Id } from './domain/ids.ts';
import type { Instant } from './domain/time.ts';
import type { SecurityLog } from './operations/security-log.ts';
import { openSecurityLog } from './operations/security-log.ts';

export interface SecurityParts {
  /** The log of a server. A command has none: its answer has standard output, so its events go to standard error. */
  readonly logger: Logger | undefined;
  readonly now: () => Instant;
  readonly newId: <Kind extends string>() => Id<Kind>;
}

/** The security log of a process. */
export function openSecurity({ logger, now, newId }: SecurityParts): SecurityLog {
  const base = logger ?? pino({ base: null }, pino.destination({ fd: 2, sync: true }));
  // Written at every level but silent: an investigation needs them where the rest of the log is not kept.
  const own = base.level === 'silent' ? base : base.child({}, { level: 'info' });
  return openSecurityLog({
    write: (level, event) => own[level](event),
    targets: [],
    now,
    newId,
  });
}
