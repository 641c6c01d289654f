import { expect, test } from 'vitest';
import type { Instant } from '../../src/domain/time.ts';
import { parseInstant } from '../../src/domain/time.ts';
import { examineConsoleName } from '../../src/operations/installation/doctor-access.ts';
import { diskSpaceFinding, examineNode } from '../../src/operations/installation/doctor-environment.ts';

test.each([
  [100, 'red', '100 MiB are free for /data.'],
  [1_500, 'yellow', '1500 MiB are free for /data.'],
  [50_000, 'green', '48 GiB are free for /data.'],
])('the doctor finds %i MiB of free disk %s', (free, state, explanation) => {
  expect(diskSpaceFinding(free * 1024 * 1024, '/data')).toMatchObject({ state, explanation });
});

test.each([
  ['20.19.0', '2026-04-29', 'green'],
  ['20.20.2', '2026-04-30', 'yellow'],
  ['22.12.0', '2026-11-28', 'green'],
  ['23.1.0', '2026-11-28', 'yellow'],
  ['98.0.0', '2026-11-28', 'green'],
])('the doctor finds Node %s on %s %s', (version, day, state) => {
  expect(examineNode(parseInstant(day) as Instant, version)).toMatchObject({ state });
});

test.each([
  [undefined, 'yellow'],
  ['https://10.0.0.7', 'red'],
  ['https://[2001:db8::7]:8443/', 'red'],
  ['http://customers.example.com', 'red'],
  ['http://localhost:8080', 'green'],
  ['https://customers.example.com', 'green'],
])('the doctor finds a console of a live service at %s %s', (publicUrl, state) => {
  expect(examineConsoleName({ environment: 'live', publicUrl })).toMatchObject({ state });
  expect(examineConsoleName({ environment: 'sandbox', publicUrl })).toBeUndefined();
});
