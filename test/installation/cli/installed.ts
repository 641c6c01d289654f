import type { Instant } from '../../../src/domain/time.ts';
import { parseInstant } from '../../../src/domain/time.ts';
import type { Installed } from '../../../src/operations/installation/doctor-environment.ts';
import { rootKeyFromFile } from '../../../src/vault/key-source.ts';

/** An installation of which a test of one check changes what that check looks at. */
export const installed: Installed = {
  environment: 'live',
  dataDir: '/nowhere',
  auditAnchorFile: '/nowhere/audit-anchors.ndjson',
  isEmbedded: false,
  transport: undefined,
  publicUrl: undefined,
  rootKeyLocation: { kind: 'file', path: '/nowhere/root.key' },
  rootKeySource: rootKeyFromFile('/nowhere/root.key'),
  rotateDays: 30,
  backupHorizonDays: 35,
  tls: undefined,
  host: '127.0.0.1',
  port: 0,
  kycAllow: [],
  screening: undefined,
  unsafe: [],
  ignored: [],
  now: () => parseInstant('2050-01-01') as Instant,
};
