import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { World } from '../world.ts';
import { openWorld } from '../world.ts';
import { signedIn } from './people.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld({ apiOnly: true });
});
afterAll(() => world.close());

const slugsOf = async (names: readonly string[]): Promise<readonly string[]> => {
  const brands = [];
  for (const name of names) brands.push(await world.brand(name));
  const [first] = brands;
  if (!first) return [];
  const { ownHeaders } = await signedIn(world.system, first.brandId, { everywhere: ['viewer'] });
  const answer = await fetch(`${world.url}/api/v0.1/session`, { headers: ownHeaders });
  const session = (await answer.json()) as { brands: readonly { name: string; slug: string }[] };
  return names.map((name) => session.brands.find((one) => one.name === name)?.slug ?? '');
};

test('a brand is at no address of the console itself, and no two brands at one', async () => {
  const slugs = await slugsOf([
    'Start',
    'Sign-in',
    'sign in',
    'Assets',
    'Blue Ridge',
    'Blue-Ridge',
    'Start it',
  ]);
  expect(slugs[0]).toMatch(/^start-[0-9a-f]{8}$/);
  expect(slugs[1]).toMatch(/^sign-in-[0-9a-f]{8}$/);
  expect(slugs[2]).toMatch(/^sign-in-[0-9a-f]{8}$/);
  expect(slugs[3]).toMatch(/^assets-[0-9a-f]{8}$/);
  expect(slugs[4]).toBe('blue-ridge');
  expect(slugs[5]).toMatch(/^blue-ridge-[0-9a-f]{8}$/);
  expect(slugs[6]).toBe('start-it');
  expect(new Set(slugs).size).toBe(slugs.length);
});

const [pages, source] = ['../../console/src', '../../src/operations/operators/signing-in/facts.ts'].map(
  (path) => fileURLToPath(new URL(path, import.meta.url)),
);

/** The first parts of the addresses of routes that belong to no brand. */
const routesBesideBrands = (read: (file: string) => string): readonly string[] =>
  readdirSync(pages ?? '', { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.tsx?$/.test(file))
    .flatMap((file) => [
      ...read(file).matchAll(/getParentRoute: \(\) => (?:rootRoute|signedInRoute),\s*path: '\/([a-z-]+)/g),
    ])
    .map(([, name = '']) => name);

test('every address of the console beside the brands is reserved', () => {
  const read = (file: string) => readFileSync(join(pages ?? '', file), 'utf8');
  const reserved =
    /const reservedSlugs[^=]*= \[([^\]]*)\]/.exec(readFileSync(source ?? '', 'utf8'))?.[1] ?? '';
  const names = routesBesideBrands(read);
  expect(names).toEqual(expect.arrayContaining(['sign-in', 'start']));
  expect(names.filter((name) => !reserved.includes(`'${name}'`))).toEqual([]);
  const planted = "createRoute({ getParentRoute: () => rootRoute, path: '/help' })";
  const found = routesBesideBrands((file) => (file === 'router.tsx' ? planted : read(file)));
  expect(found.filter((name) => !reserved.includes(`'${name}'`))).toEqual(['help']);
});
