import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { cleanUp, clientele, serve, temporaryFolder } from '../installation/cli/program.ts';
import { releaseFile, unpackRelease } from './archive.ts';

// The data directory of every release, as its first start left it, is opened by this version.

const released = (await readdir(fileURLToPath(new URL('.', import.meta.url))))
  .filter((name) => name.endsWith('.tar.br'))
  .map((name) => name.replace('.tar.br', ''));

afterAll(cleanUp);

const brand = 'Universal Exports';

describe.each(released)('a data directory of %s', { timeout: 240_000 }, (version) => {
  test('is upgraded by a start, with every record and its whole audit trail', async () => {
    const folder = await temporaryFolder();
    const dataDir = join(folder, 'data');
    await mkdir(dataDir);
    await unpackRelease(releaseFile(version), dataDir);
    const settings = { CLIENTELE_DATA_DIR: dataDir };
    const run = async (...args: readonly string[]) => {
      const result = await clientele([...args, '--output', 'json'], settings);
      expect(result.code, `${args.join(' ')}: ${result.stderr}${result.stdout}`).toBe(0);
      return result.json;
    };

    const server = await serve(settings);
    const key = await run('keys', 'create', '--brand', brand, '--scopes', 'customers:read,ssn:reveal');
    const headers = { identity: key.identity, authorization: key.authorization };
    const call = (path: string, init: RequestInit = {}) =>
      fetch(`${server.url}/api/v0.1${path}`, {
        ...init,
        headers: { ...headers, 'content-type': 'application/json' },
      });
    const customers = (await (await call('/customers?per_page=50')).json()) as readonly {
      readonly customer_id: string;
      readonly ssn?: string;
    }[];
    expect(customers.length).toBeGreaterThan(10);
    const known = customers.find(({ ssn }) => ssn !== undefined);
    const shown = await call(`/customers/${known?.customer_id}/ssn`, {
      method: 'POST',
      body: JSON.stringify({ reason: 'To see that it opens.' }),
    });
    expect(((await shown.json()) as { ssn: string }).ssn.slice(-4)).toBe(known?.ssn?.slice(-4));

    const findings: readonly { readonly check: string; readonly state: string }[] = await run('doctor');
    expect(findings.filter(({ state }) => state === 'red')).toEqual([]);
    expect((await run('verify-records', '--brand', brand)).differences).toEqual([]);
    const trail = join(folder, 'audit.ndjson');
    await run('export', 'audit', '--brand', brand, '--file', trail);
    await run('verify-audit', trail);
    expect((await server.stop()).code).toBe(0);
  });
});

test('there are some', () => expect(released).not.toEqual([]));
