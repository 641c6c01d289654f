import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { pino } from 'pino';
import type { Config } from './config.ts';
import { ConfigError, readSecretFile } from './config.ts';
import type { Id } from './domain/ids.ts';
import type { Instant } from './domain/time.ts';
import type { SecurityLog, SecurityTarget } from './operations/security-log.ts';
import { openSecurityLog } from './operations/security-log.ts';
import { openPush } from './providers/security/push.ts';
import { openSiem } from './providers/security/siem.ts';
import { openSyslog } from './providers/security/syslog.ts';

export interface SecurityParts {
  readonly config: Config;
  /** The log of a server. A command has none: its events are pushed, and are in the audit trail. */
  readonly logger: Logger | undefined;
  readonly now: () => Instant;
  readonly newId: <Kind extends string>() => Id<Kind>;
}

/** Milliseconds that a push target has to take a batch. */
const timeoutMs = 10_000;

/** The security log of a process. @throws ConfigError where a file of a push target cannot be read. */
export function openSecurity({ config, logger, now, newId }: SecurityParts): SecurityLog {
  const base = logger ?? pino({ level: 'silent' });
  // Written at every level but silent: an investigation needs them where the rest of the log is not kept.
  const own = base.level === 'silent' ? base : base.child({}, { level: 'info' });
  return openSecurityLog({
    write: (level, event) => own[level](event),
    targets: targetsOf(config, logger !== undefined),
    now,
    newId,
  });
}

/** The targets are the operator's own setting, so no range of addresses is closed to them. */
function targetsOf({ push, dataDir }: Config, adopts: boolean): readonly SecurityTarget[] {
  const { syslogUrl, siemUrl, siemTokenFile, caFile, spoolBytes } = push;
  if (syslogUrl === undefined && siemUrl === undefined) return [];
  const ca = caFile === undefined ? undefined : readAuthorities(caFile);
  const token = siemTokenFile && readSecretFile('CLIENTELE_SIEM_TOKEN_FILE', siemTokenFile);
  const senders = [
    ...(syslogUrl === undefined ? [] : [['syslog', openSyslog({ url: syslogUrl, ca, timeoutMs })] as const]),
    ...(siemUrl === undefined ? [] : [['siem', openSiem({ url: siemUrl, token, ca, timeoutMs })] as const]),
  ];
  return senders.map(([target, send]) =>
    openPush({
      target,
      folder: join(dataDir, 'security-spool', target),
      mostBytes: spoolBytes,
      adopts,
      send,
    }),
  );
}

function readAuthorities(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch {
    throw new ConfigError(`CLIENTELE_PUSH_CA_FILE names a file that cannot be read: ${path}.`);
  }
}
