import { randomBytes } from 'node:crypto';
import { copyFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cleanUp, clientele, printedDemoKey, serve, temporaryFolder } from '../installation/cli/program.ts';
import { person } from '../people.ts';

// A root key that is lost, or that is another one. What was written stays, and opens again with the right key.

beforeAll(() => clientele(['--version']), 120_000);
afterAll(cleanUp);

describe('a root key', { timeout: 240_000 }, () => {
  test('that is lost or replaced stops the next start with the next step, makes no new one, and works once it is back', async () => {
    const data = join(await temporaryFolder(), 'data');
    const settings = { CLIENTELE_DATA_DIR: data };
    const key = join(data, 'root.key');
    const server = await serve(settings);
    const headers = { ...printedDemoKey(server.stderr), 'content-type': 'application/json' };
    const customers = `${server.url}/api/v0.1/customers`;
    const { ssn: _, ...body } = person();
    const create = () => fetch(customers, { method: 'POST', headers, body: JSON.stringify(body) });
    const { customer_id: id } = (await (await create()).json()) as { customer_id: string };

    // A running server has it in memory.
    await copyFile(key, `${data}.copy`);
    await rm(key);
    expect((await fetch(`${customers}/${id}`, { headers })).status).toBe(200);
    await server.stop();

    const lost = await clientele(['serve'], settings);
    expect([lost.code, lost.stderr]).toEqual([
      1,
      `The root key file ${key} is missing, and every record is sealed under it. Restore it from your copy; a new key cannot open the records.\n`,
    ]);

    // Neither does it advise to make one, where the settings name the file.
    const named = { ...settings, CLIENTELE_ROOT_KEY_FILE: key };
    const lostFile = await clientele(['serve'], named);
    expect([lostFile.code, lostFile.stderr]).toEqual([
      1,
      `There is no root key file ${key}. Every record of the database is sealed under the root key. Restore it from your copy; a new key cannot open the records.\n`,
    ]);
    const examined = await clientele(['doctor'], named);
    expect(examined.stdout.replaceAll(/\s+/g, ' ')).toContain('Restore it from your copy');
    expect(examined.stdout).not.toContain('openssl');
    const empty = join(await temporaryFolder(), 'data');
    const first = await clientele(['serve'], { CLIENTELE_DATA_DIR: empty, CLIENTELE_ROOT_KEY_FILE: key });
    expect(first.stderr).toContain('Make one with: umask 077; openssl rand -base64 32');

    await writeFile(key, `${randomBytes(32).toString('base64')}\n`, { mode: 0o600 });
    const other = await clientele(['serve'], settings);
    expect([other.code, other.stderr]).toEqual([1, expect.stringMatching(/root key/i)]);
    expect(other.stderr).not.toContain('does not know');

    const doctor = await clientele(['doctor', '--output', 'json'], settings);
    const findings = doctor.json as readonly { check: string; state: string }[];
    expect(findings).toContainEqual(expect.objectContaining({ check: 'root key fits', state: 'red' }));
    expect(findings.map(({ check }) => check)).not.toContain('audit key');

    await rename(`${data}.copy`, key);
    const again = await serve(settings);
    const read = await fetch(`${again.url}/api/v0.1/customers/${id}`, { headers });
    expect(await read.json()).toMatchObject({ customer_id: id });
    await again.stop();
  });
});
