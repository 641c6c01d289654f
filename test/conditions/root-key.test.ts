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

    await writeFile(key, `${randomBytes(32).toString('base64')}\n`, { mode: 0o600 });
    const other = await clientele(['serve'], settings);
    expect([other.code, other.stderr]).toEqual([1, expect.stringMatching(/root key/i)]);
    expect(other.stderr).not.toContain('does not know');

    await rename(`${data}.copy`, key);
    const again = await serve(settings);
    const read = await fetch(`${again.url}/api/v0.1/customers/${id}`, { headers });
    expect(await read.json()).toMatchObject({ customer_id: id });
    await again.stop();
  });
});
