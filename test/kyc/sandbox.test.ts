import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { kycTriggers } from '../../src/domain/trigger-numbers.ts';
import { magicStreets } from '../../src/providers/address-sandbox.ts';
import type { World } from '../world.ts';
import { openWorld } from '../world.ts';

const page = readFileSync(new URL('../../docs/sandbox.md', import.meta.url), 'utf8');

/** The cells of every row whose first cell is code. */
const rows = page
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, code]) => code)),
  );

describe('the page about the sandbox', () => {
  test('has every trigger number with its outcome', () => {
    const said = rows
      .filter(([first]) => /^\d{3}-\d\d-\d{4}$/.test(first?.[0] ?? ''))
      .map(([ssn, status, documents]) => [ssn?.[0]?.replaceAll('-', ''), status?.[0], documents]);
    const known = [...kycTriggers].map(([ssn, outcome]) => [
      ssn,
      outcome.status,
      'documents' in outcome ? [...outcome.documents] : [],
    ]);
    expect(said).toEqual(known);
  });

  test('has every test street line with its verdict', () => {
    const said = rows
      .map(([street, verdict]) => [street?.[0], verdict?.[0]])
      .filter(([, verdict]) => verdict?.includes('deliverable'));
    expect(said).toEqual([...magicStreets]);
  });
});

describe('the walk of the examples', () => {
  let world: World;

  beforeAll(async () => {
    world = await openWorld({ env: { CLIENTELE_DEMO: '1' } });
  });
  afterAll(() => world.close());

  const walk = (env: Readonly<Record<string, string>>) =>
    new Promise<{ code: number | null; said: string }>((resolve) => {
      const script = new URL('../../examples/kyc-walk.sh', import.meta.url).pathname;
      const child = spawn('sh', [script], { env: { PATH: process.env['PATH'] ?? '', ...env } });
      let said = '';
      for (const stream of [child.stdout, child.stderr]) {
        stream.on('data', (chunk) => {
          said += String(chunk);
        });
      }
      child.on('close', (code) => resolve({ code, said }));
    });

  test('goes from create through an upload to passed, and shows the lock and a change request', async () => {
    const { identity = '', authorization = '' } = world.demoKey ?? {};
    const { code, said } = await walk({
      SERVER_URL: world.url,
      IDENTITY: identity,
      AUTHORIZATION: authorization,
    });
    expect(code, said).toBe(0);
    for (const line of [
      '"kyc_status":"submitted"',
      '"Code":"kyc_init_fail"',
      '   document_required\n',
      '"num_documents_submitted":1',
      '   passed\n',
      '"Code":"kyc_customer"',
      '   650-765-4321\n',
      '"status":"pending"',
      '"kyc_requests_available":2',
    ])
      expect(said).toContain(line);
  });

  test('stops at an unexpected answer', async () => {
    const { code, said } = await walk({ SERVER_URL: world.url, IDENTITY: 'nobody', AUTHORIZATION: 'x' });
    expect(code).not.toBe(0);
    expect(said).toContain('Expected 201, got 401');
  });
});
