import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { World } from './world.ts';
import { openWorld } from './world.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const readme = readFileSync(`${root}README.md`, 'utf8');
const pages = [
  'README.md',
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'CHANGELOG.md',
  'docs/scaling.md',
  'docs/operating.md',
  'docs/monitoring.md',
  'docs/commands.md',
  'docs/examiner.md',
  'docs/threat-model.md',
];

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

test("the README's first customer is answered with the keys that it shows, in their order", async () => {
  const { headers } = await world.brand();
  const command = /```sh\n(curl --request POST[\s\S]+?)```/.exec(readme)?.[1] ?? '';
  const shown = JSON.parse(/```json\n([\s\S]+?)```/.exec(readme)?.[1] ?? '');
  const filled = command
    .replace('IDENTITY', headers['Identity'] ?? '')
    .replace('AUTHORIZATION', headers['Authorization'] ?? '')
    .replace('http://127.0.0.1:8080', world.url);
  const { stdout } = await promisify(execFile)('bash', [
    '-c',
    filled.replace('curl', 'curl --silent --show-error'),
  ]);
  const answered = JSON.parse(stdout);
  expect(Object.keys(answered)).toEqual(Object.keys(shown));
  expect(Object.keys(answered.addresses[0])).toEqual(Object.keys(shown.addresses[0]));
  expect(answered).toMatchObject({ first_name: shown.first_name, ssn: shown.ssn, phone: shown.phone });
});

test.each(pages)('every file that %s links to is there', (page) => {
  const text = readFileSync(root + page, 'utf8');
  const base = page.includes('/') ? `${root}${page.slice(0, page.lastIndexOf('/'))}/` : root;
  const links = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map((match) => match[1] ?? '');
  expect(links.filter((link) => !existsSync(base + link))).toEqual([]);
});
