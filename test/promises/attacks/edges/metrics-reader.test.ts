import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readConfig } from '../../../../src/config.ts';
import { freePort } from '../../../fakes/ports.ts';
import type { World } from '../../../world.ts';
import { openWorld } from '../../../world.ts';

// Everybody who reaches the API reads from /metrics how many customers are made, how often keys fail and when the
// service is busy. A proxy on the same machine brings requests of others: they come from loopback, too.

const directory = mkdtempSync(join(tmpdir(), 'clientele-metrics-'));
const token = randomBytes(24).toString('base64url');
const elsewhere = { 'X-Forwarded-For': '203.0.113.7' };
let live: World;
let sandbox: World;
let address: string;

beforeAll(async () => {
  const tokenFile = join(directory, 'token');
  writeFileSync(tokenFile, `${token}\n`, { mode: 0o600 });
  address = `127.0.0.1:${await freePort()}`;
  live = await openWorld({
    apiOnly: true,
    env: {
      CLIENTELE_ENVIRONMENT: 'live',
      CLIENTELE_ROOT_KEY: randomBytes(32).toString('base64'),
      CLIENTELE_METRICS_ADDRESS: address,
      CLIENTELE_METRICS_TOKEN_FILE: tokenFile,
    },
  });
  sandbox = await openWorld({ apiOnly: true });
});
afterAll(async () => {
  await live.close();
  await sandbox.close();
  rmSync(directory, { recursive: true });
});

const bearer = (value: string) => ({ Authorization: `Bearer ${value}` });
async function read(url: string, headers: Readonly<Record<string, string>> = {}, method = 'GET') {
  const response = await fetch(url, { headers, method });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

describe('the metrics at the address of the API, in live', () => {
  const at = () => `${live.url}/metrics`;

  test('are read on the same machine', async () => {
    expect((await read(at())).text).toContain('clientele_request_duration_seconds');
  });

  test('are refused to everybody else without the token', async () => {
    for (const headers of [{}, bearer('a guess'), bearer(`${token}x`), { Authorization: token }]) {
      const { status, text, headers: answered } = await read(at(), { ...elsewhere, ...headers });
      expect(status).toBe(401);
      expect(answered.get('www-authenticate')).toBe('Bearer');
      expect(JSON.parse(text)).toMatchObject({ Code: 'metrics_auth', Status: 401 });
      expect(text).not.toContain('clientele_request');
    }
    expect((await read(at(), { ...elsewhere, ...bearer(token) })).status).toBe(200);
  });

  test('fails if the server believes that it is a sandbox: the same request reads them', async () => {
    expect((await read(`${sandbox.url}/metrics`, elsewhere)).text).toContain('clientele_request');
  });
});

describe('the metrics at an address of their own', () => {
  test('need the token where there is one, also on the same machine', async () => {
    const at = `http://${address}/metrics`;
    expect((await read(at)).status).toBe(401);
    expect((await read(at, bearer('a guess'))).status).toBe(401);
    const { status, headers, text } = await read(at, bearer(token));
    expect([status, headers.get('content-type')]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8']);
    expect(text).toContain('clientele_request_duration_seconds');
  });

  test('are alone there', async () => {
    for (const path of ['/', '/docs', '/api/v0.1/customers', '/metricsx'])
      expect((await read(`http://${address}${path}`, bearer(token))).status, path).toBe(404);
    expect((await read(`http://${address}/metrics`, bearer(token), 'POST')).status).toBe(405);
  });
});

test('an address that cannot be one is refused before anything starts', () => {
  for (const wrong of [
    '9464',
    'localhost',
    'localhost:',
    '127.0.0.1:70000',
    'http://127.0.0.1:1',
    '::1:9464',
  ])
    expect(() => readConfig({ CLIENTELE_METRICS_ADDRESS: wrong }), wrong).toThrow(/an address and a port/);
  const { metricsAddress } = readConfig({ CLIENTELE_METRICS_ADDRESS: '[::1]:9464' });
  expect(metricsAddress).toEqual({ host: '::1', port: 9464 });
});
