import { chmod, readdir, readFile, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cleanUp, clientele, serve, temporaryFolder } from './cli/program.ts';

// Made for tests, for localhost and 127.0.0.1, and valid for a hundred years.
const fixture = (name: string) => fileURLToPath(new URL(`./cli/${name}`, import.meta.url));
const [certFile, keyFile] = [fixture('localhost-cert.pem'), fixture('localhost-key.pem')];
const randomKey = `${Buffer.from('b1f0a7c3d29e5846f3127b9c04de85a1966d3fe27c18b05a4be9d07263fc5418', 'hex').toString('base64')}\n`;

/** Live refuses a key file that the embedded database's account can read, so it needs two accounts. */
const isRoot = process.getuid?.() === 0;

let folder: string;
let live: Record<string, string>;
beforeAll(async () => {
  await clientele(['--version']);
  folder = await temporaryFolder();
  const rootKey = join(folder, 'root.key');
  await writeFile(rootKey, randomKey, { mode: 0o600 });
  live = {
    CLIENTELE_ENVIRONMENT: 'live',
    CLIENTELE_ROOT_KEY_FILE: rootKey,
    CLIENTELE_DATA_DIR: join(folder, 'live'),
    CLIENTELE_PORT: '0',
  };
}, 60_000);
afterAll(cleanUp);

/** Why a start of live was refused: exactly one sentence or more, and an exit code of 1. */
async function refusal(settings: Readonly<Record<string, string>>, args = ['serve']): Promise<string> {
  const { code, stdout, stderr } = await clientele(args, settings);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).not.toMatch(/^\s+at /m);
  return stderr.trimEnd();
}

describe('live refuses to start', { timeout: 60_000 }, () => {
  test('without a root key of its own', async () => {
    const { CLIENTELE_ROOT_KEY_FILE: _, ...without } = live;
    expect(await refusal(without)).toBe(
      'Live needs a root key of its own: umask 077; openssl rand -base64 32 > FILE, then set CLIENTELE_ROOT_KEY_FILE, and keep a copy apart from the backups.',
    );
  });

  test('with a missing root key file', async () => {
    const path = join(folder, 'missing.key');
    expect(await refusal({ ...live, CLIENTELE_ROOT_KEY_FILE: path })).toBe(
      `There is no root key file ${path}. Make one with: umask 077; openssl rand -base64 32 > ${path}`,
    );
  });

  test('with a root key that others can read', async () => {
    const path = join(folder, 'open.key');
    await writeFile(path, randomKey);
    await chmod(path, 0o644);
    expect(await refusal({ ...live, CLIENTELE_ROOT_KEY_FILE: path })).toBe(
      `The root key file ${path} is open to others than its owner (mode 644). If nobody else can have read it, close it with: chmod 600 ${path} (otherwise rotate the key).`,
    );
  });

  test('with an invalid root key', async () => {
    const path = join(folder, 'weak.key');
    await writeFile(path, `${Buffer.alloc(32).toString('base64')}\n`, { mode: 0o600 });
    expect(await refusal({ ...live, CLIENTELE_ROOT_KEY_FILE: path })).toContain(
      'is a placeholder, not a random key. Make one with: umask 077; openssl rand -base64 32 > ',
    );
  });

  test('in plain HTTP beyond this machine, unless a proxy is declared', async () => {
    expect(await refusal({ ...live, CLIENTELE_HOST: '0.0.0.0' })).toBe(
      'Live does not speak plain HTTP beyond loopback: set CLIENTELE_TLS_CERT_FILE and CLIENTELE_TLS_KEY_FILE, or put a TLS proxy in front and name its addresses in CLIENTELE_TRUST_PROXY.',
    );
  });

  test('with demo data', async () => {
    expect(await refusal({ ...live, CLIENTELE_DEMO: '1' })).toBe(
      'CLIENTELE_DEMO=1 belongs in a sandbox: live has no demo data. Unset it, or set it to 0.',
    );
  });

  test('with a certificate or key alone, or with ones that do not match', async () => {
    expect(await refusal({ ...live, CLIENTELE_TLS_CERT_FILE: certFile })).toBe(
      'CLIENTELE_TLS_CERT_FILE and CLIENTELE_TLS_KEY_FILE go together: set both or neither.',
    );
    const tls = { CLIENTELE_TLS_CERT_FILE: certFile, CLIENTELE_TLS_KEY_FILE: keyFile };
    const other = fixture('other-key.pem');
    expect(await refusal({ ...live, ...tls, CLIENTELE_TLS_KEY_FILE: other })).toContain(
      `The key in ${other} does not match the certificate in ${certFile}.`,
    );
    expect(await refusal({ ...live, ...tls, CLIENTELE_TLS_CERT_FILE: join(folder, 'none.pem') })).toBe(
      `CLIENTELE_TLS_CERT_FILE names a file that cannot be read (ENOENT): ${join(folder, 'none.pem')}. Correct the path, or let this user read the file.`,
    );
    const swapped = { CLIENTELE_TLS_CERT_FILE: keyFile, CLIENTELE_TLS_KEY_FILE: certFile };
    expect(await refusal({ ...live, ...swapped })).toContain(
      `CLIENTELE_TLS_CERT_FILE holds no PEM certificate: ${keyFile}.`,
    );
  });

  test('reporting every unsafe setting at once, and leaving nothing behind', async () => {
    const { CLIENTELE_ROOT_KEY_FILE: _, ...without } = live;
    const sentences = await refusal({ ...without, CLIENTELE_HOST: '0.0.0.0' });
    expect(sentences.split('\n')).toHaveLength(2);
    expect(await readdir(folder)).not.toContain('live');
  });
});

describe.runIf(isRoot)('the environment of a database', { timeout: 120_000 }, () => {
  test('never changes: live refuses a sandbox and a sandbox refuses live, for the server and for commands', async () => {
    const sandbox = { CLIENTELE_DATA_DIR: join(folder, 'sandbox'), CLIENTELE_PORT: '0' };
    await (await serve(sandbox)).stop();
    await (await serve({ ...live, CLIENTELE_DATA_DIR: join(folder, 'born-live') })).stop();
    const { CLIENTELE_ENVIRONMENT: _, ...sandboxOnLive } = live;
    for (const args of [['serve'], ['brands', 'list']]) {
      expect(await refusal({ ...live, CLIENTELE_DATA_DIR: sandbox.CLIENTELE_DATA_DIR }, args)).toBe(
        'This database was created as sandbox, which never changes. Set CLIENTELE_ENVIRONMENT=sandbox, or use another database.',
      );
      expect(await refusal({ ...sandboxOnLive, CLIENTELE_DATA_DIR: join(folder, 'born-live') }, args)).toBe(
        'This database was created as live, which never changes. Set CLIENTELE_ENVIRONMENT=live, or use another database.',
      );
    }
  });

  test('binds it to its root key: another good one is refused', async () => {
    const path = join(folder, 'other.key');
    const data = join(folder, 'bound');
    await writeFile(path, randomKey.replace(/^s/, 't'), { mode: 0o600 });
    await (await serve({ ...live, CLIENTELE_DATA_DIR: data })).stop();
    expect(await refusal({ ...live, CLIENTELE_DATA_DIR: data, CLIENTELE_ROOT_KEY_FILE: path })).toBe(
      'The root key is not the one that this database was created with, so no record could be opened. Set CLIENTELE_ROOT_KEY_FILE to the right key.',
    );
  });
});

describe.runIf(isRoot)('live serves', { timeout: 120_000 }, () => {
  test('TLS with its own certificate on every address, and no plain HTTP', async () => {
    const settings = {
      ...live,
      CLIENTELE_DATA_DIR: join(folder, 'tls'),
      CLIENTELE_HOST: '0.0.0.0',
      CLIENTELE_TLS_CERT_FILE: certFile,
      CLIENTELE_TLS_KEY_FILE: keyFile,
    };
    const server = await serve(settings);
    expect(server.url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    expect(server.stderr).toContain('brands create');
    const brand = await clientele(['brands', 'create', 'First Bank'], settings);
    expect(brand.code).toBe(0);
    const { json: key } = await clientele(
      ['keys', 'create', '--brand', 'First Bank', '--output', 'json'],
      settings,
    );
    const headers = { Identity: key.identity, Authorization: key.authorization };
    expect(await overTls(`${server.url}/api/v0.1/customers`, headers)).toEqual({ status: 200, body: '[]' });
    await expect(fetch(`${server.url.replace('https', 'http')}/livez`)).rejects.toThrow();
    expect((await server.stop()).code).toBe(0);
  });

  test('plain HTTP behind a declared proxy, and has neither demo brands nor a key to show', async () => {
    const settings = {
      ...live,
      CLIENTELE_DATA_DIR: join(folder, 'proxied'),
      CLIENTELE_HOST: '0.0.0.0',
      CLIENTELE_TRUST_PROXY: '127.0.0.1/32,10.0.0.0/8',
    };
    const server = await serve(settings);
    expect(server.stderr).not.toMatch(/Authorization/);
    const answer = await fetch(`${server.url}/livez`, { headers: { 'X-Forwarded-Proto': 'https' } });
    expect(answer.status).toBe(200);
    const brands = await clientele(['brands', 'list', '--output', 'json'], settings);
    expect(brands).toMatchObject({ code: 0, json: [] });
    expect((await server.stop()).code).toBe(0);
  });
});

async function overTls(
  url: string,
  headers: Readonly<Record<string, string>>,
): Promise<{ status: number | undefined; body: string }> {
  const ca = await readFile(certFile);
  return new Promise((resolve, reject) => {
    request(url, { ca, headers, agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (part) => {
        body += part;
      });
      response.on('end', () => resolve({ status: response.statusCode, body }));
    })
      .on('error', reject)
      .end();
  });
}
