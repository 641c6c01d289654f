import { chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readConfig } from '../../../src/config.ts';
import { refuseReadableKey } from '../../../src/runtime.ts';
import { serverAccount } from '../../../src/store/embedded/privileges.ts';
import type { EmbeddedServer } from '../../../src/store/embedded/server.ts';
import { openEmbedded } from '../../../src/store/embedded/server.ts';
import { asAfterFirstStart } from '../../data-directory.ts';
import { superuserOf } from '../../database/embedded/superuser.ts';

// An attacker has become superuser of the embedded database and reads files with it. The root key must not be among
// those that the database's account can read.

const isRoot = process.getuid?.() === 0;

let dataDir: string;
let keyFile: string;
let server: EmbeddedServer;
let attacker: pg.Client;

beforeAll(async () => {
  dataDir = asAfterFirstStart(await mkdtemp(join(tmpdir(), 'clientele-key-')));
  keyFile = join(dataDir, 'live.key');
  await writeFile(keyFile, 'the root key', { mode: 0o600 });
  server = await openEmbedded({ dataDir, role: 'serve' });
  attacker = new pg.Client(superuserOf(dataDir));
  await attacker.connect();
});
afterAll(async () => {
  await attacker.end();
  await server.stop();
  await rm(dataDir, { recursive: true, force: true });
});

const live = () =>
  readConfig({
    CLIENTELE_ENVIRONMENT: 'live',
    CLIENTELE_DATA_DIR: dataDir,
    CLIENTELE_ROOT_KEY_FILE: keyFile,
  });

/** What the attack brings. */
const stolen = async (): Promise<string | undefined> =>
  attacker.query('select pg_read_file($1) as text', [keyFile]).then(
    ({ rows }) => rows[0].text,
    () => undefined,
  );

describe.runIf(isRoot)('a root key file of root', () => {
  test('cannot be read through the database, and live starts with it', async () => {
    expect(await stolen()).toBeUndefined();
    await expect(refuseReadableKey(live())).resolves.toBeUndefined();
  });

  test('fails if the account of the database owns the file, which live refuses', async () => {
    const account = await serverAccount(join(dataDir, 'postgres'));
    await chown(keyFile, account?.uid ?? 0, account?.gid ?? 0);
    expect(await stolen()).toBe('the root key');
    await expect(refuseReadableKey(live())).rejects.toThrow(
      /can read the root key file .*live\.key \(uid \d+\)\. Start Clientele as root .*CLIENTELE_DATABASE_URL/,
    );
  });
});

test.runIf(!isRoot)('live refuses a key file where server and database are one account', async () => {
  expect(await stolen()).toBe('the root key');
  await expect(refuseReadableKey(live())).rejects.toThrow('Start Clientele as root');
});
