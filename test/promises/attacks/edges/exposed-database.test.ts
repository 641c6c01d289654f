import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { readConfig, unsafeInLive, weakestTransport } from '../../../../src/config.ts';
import { examineTransport } from '../../../../src/operations/installation/doctor-access.ts';
import type { Installed } from '../../../../src/operations/installation/doctor-environment.ts';
import { openStorage } from '../../../../src/runtime.ts';
import { transportOf } from '../../../../src/store/connection/transport.ts';

// An attacker on the network between Clientele and its database reads the password and every row, and answers in
// the database's place: with TLS too, as long as nobody checks whose certificate it is.

const exposed = [
  'postgres://app:secret@db.example.com/clientele',
  'postgres://app:secret@db.example.com/clientele?sslmode=disable',
  'postgres://app:secret@db.example.com/clientele?sslmode=no-verify',
  'postgres://app:secret@db.example.com/clientele?uselibpqcompat=true&sslmode=require',
  'postgres://app:secret@db.example.com/clientele?uselibpqcompat=true&sslmode=prefer',
  'postgres://app:secret@db.example.com/clientele?ssl=0',
  'postgres://app:secret@10.0.0.5/clientele',
  'postgres://app:secret@127.0.0.1.example.com/clientele',
  'postgres://app:secret@localhost/clientele?host=db.example.com',
];
const local = [
  'postgres://app:secret@127.0.0.1/clientele',
  'postgres://app:secret@127.8.8.8:5433/clientele?sslmode=disable',
  'postgres://app:secret@localhost/clientele',
  'postgres://app:secret@[::1]/clientele',
  'postgres://app:secret@localhost/clientele?host=%2Fvar%2Frun%2Fpostgresql',
  'postgres://app:secret@db.example.com/clientele?host=/var/run/postgresql',
  '/var/run/postgresql clientele',
];
const verified = ['postgres://app:secret@db.example.com/clientele?sslmode=verify-full'];

const configWith = (url: string, more: Readonly<Record<string, string>> = {}) =>
  readConfig({
    CLIENTELE_ENVIRONMENT: 'live',
    CLIENTELE_ROOT_KEY: randomBytes(32).toString('base64'),
    CLIENTELE_DATABASE_URL: url,
    ...more,
  });

describe('live', () => {
  test.each(exposed)('does not go to %s', async (url) => {
    const sentences = unsafeInLive(configWith(url));
    expect(sentences).toHaveLength(1);
    expect(sentences[0]).toMatch(
      /sslmode=verify-full to CLIENTELE_DATABASE_URL .*CLIENTELE_DATABASE_TLS=optional/,
    );
    expect(sentences[0]).not.toContain('secret');
    // Every command, and before it connects: nothing listens at these names.
    await expect(openStorage(configWith(url), 'command')).rejects.toThrow(/sslmode=verify-full/);
  });

  test.each([...local, ...verified])('goes to %s', (url) => {
    expect(unsafeInLive(configWith(url))).toEqual([]);
  });

  test('does not go there as the owner of the tables either', () => {
    const [url = ''] = local;
    const [owner = ''] = exposed;
    const sentences = unsafeInLive(configWith(url, { CLIENTELE_MIGRATION_DATABASE_URL: owner }));
    expect(sentences).toEqual([expect.stringContaining('CLIENTELE_MIGRATION_DATABASE_URL')]);
  });

  test('fails if the exception is stated: the same address is allowed, and the doctor says so', () => {
    for (const url of exposed) {
      const config = configWith(url, { CLIENTELE_DATABASE_TLS: 'optional' });
      expect(unsafeInLive(config)).toEqual([]);
      const installed = { ...config, transport: weakestTransport(config) } as unknown as Installed;
      expect(examineTransport(installed)?.state).toBe('yellow');
    }
  });
});

test('a sandbox goes anywhere, and the doctor says what live would refuse', () => {
  const [url = ''] = exposed;
  const config = configWith(url, { CLIENTELE_ENVIRONMENT: 'sandbox' });
  expect(unsafeInLive(config)).toEqual([]);
  const examined = (transport: Installed['transport']) =>
    examineTransport({ ...config, transport } as unknown as Installed);
  expect(examined('exposed')).toMatchObject({
    state: 'yellow',
    explanation: expect.stringContaining('live'),
  });
  expect(examined('local')?.state).toBe('green');
  expect(examined('verified')?.state).toBe('green');
  expect(examined(undefined), 'the embedded database').toBeUndefined();
});

test('the client that connects decides what its URL means', () => {
  expect(exposed.map(transportOf)).toEqual(exposed.map(() => 'exposed'));
  expect(local.map(transportOf)).toEqual(local.map(() => 'local'));
  expect(verified.map(transportOf)).toEqual(verified.map(() => 'verified'));
  expect(
    transportOf('postgres://db.example.com/x?sslrootcert=/nowhere/ca.pem'),
    'explained by connecting',
  ).toBeUndefined();
});
