import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import {
  cleanUp,
  clientele,
  repository,
  serve,
  shell,
  temporaryFolder,
} from '../installation/cli/program.ts';

// A certificate that is renewed while the service runs.

beforeAll(() => clientele(['--version']), 120_000);
afterAll(cleanUp);

/** The serial number of the certificate that a server shows to a new connection. */
const shown = (url: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const socket = connect({ host: hostname, port: Number(port), rejectUnauthorized: false });
    socket.once('error', reject);
    socket.once('secureConnect', () => {
      resolve(socket.getPeerCertificate().serialNumber);
      socket.destroy();
    });
  });

const original = (name: string) => join(repository, `test/installation/cli/localhost-${name}.pem`);

async function newPair(folder: string): Promise<{ readonly cert: string; readonly key: string }> {
  const [cert, key] = [join(folder, 'new-cert.pem'), join(folder, 'new-key.pem')];
  const made = await shell(
    `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj /CN=localhost -keyout ${key} -out ${cert}`,
  );
  if (made.code !== 0) throw new Error(made.stderr);
  return { cert, key };
}

describe.each([
  ['serve', []],
  ['serve --processes 2', ['--processes', '2']],
] as const)('%s', { timeout: 120_000 }, (_, options) => {
  test('serves a renewed certificate by itself and on SIGHUP, keeps out a pair that does not match, and goes on', async () => {
    const folder = await temporaryFolder();
    const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
    await copyFile(original('cert'), cert);
    await copyFile(original('key'), key);
    const settings = {
      CLIENTELE_DATA_DIR: join(folder, 'data'),
      CLIENTELE_DEMO: '0',
      CLIENTELE_TLS_CERT_FILE: cert,
      CLIENTELE_TLS_KEY_FILE: key,
    };
    const server = await serve(settings, { options });
    const at = { ...settings, CLIENTELE_PORT: new URL(server.url).port };
    const served = async () =>
      (
        (await clientele(['doctor', '--output', 'json'], at)).json as readonly {
          check: string;
          state: string;
        }[]
      ).find(({ check }) => check === 'served certificate')?.state;
    const before = await shown(server.url);
    const made = await newPair(folder);

    // The certificate of another key: the pair from before stays, and the log says so.
    await copyFile(made.cert, cert);
    await vi.waitFor(
      () => expect(server.stdout).toContain('certificate not loaded, the one before is served'),
      15_000,
    );
    expect(server.stdout).toContain(`does not match the certificate in ${cert}`);
    expect(await shown(server.url)).toBe(before);

    await copyFile(made.key, key);
    await vi.waitFor(async () => expect(await shown(server.url)).not.toBe(before), 15_000);
    await vi.waitFor(async () => expect(server.stdout).toContain('certificate loaded'), 15_000);
    if (options.length === 0) expect(await served()).toBe('green');

    // SIGHUP does not wait for the next look.
    const second = await shown(server.url);
    await sleep(200);
    const again = await newPair(folder);
    await copyFile(again.key, key);
    await copyFile(again.cert, cert);
    server.signal('SIGHUP');
    await vi.waitFor(async () => expect(await shown(server.url)).not.toBe(second), 15_000);
    await writeFile(key, 'no key');
    server.signal('SIGHUP');
    await vi.waitFor(() => expect(server.stdout).toContain('holds no PEM key'), 15_000);
    const { code } = await server.stop();
    expect(code).toBe(0);
  });
});

test('doctor tells a served certificate that is another one than that of the file', {
  timeout: 60_000,
}, async () => {
  const folder = await temporaryFolder();
  const made = await newPair(folder);
  const settings = { CLIENTELE_DATA_DIR: join(folder, 'data'), CLIENTELE_DEMO: '0' };
  const server = await serve({
    ...settings,
    CLIENTELE_TLS_CERT_FILE: original('cert'),
    CLIENTELE_TLS_KEY_FILE: original('key'),
  });
  const { json } = await clientele(['doctor', '--output', 'json'], {
    ...settings,
    CLIENTELE_PORT: new URL(server.url).port,
    CLIENTELE_TLS_CERT_FILE: made.cert,
    CLIENTELE_TLS_KEY_FILE: made.key,
  });
  expect(json).toContainEqual(expect.objectContaining({ check: 'served certificate', state: 'red' }));
  await server.stop();
});
