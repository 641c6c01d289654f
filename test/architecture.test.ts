import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

/** What each room may import, rooms and packages; type imports count. `root` is the files beside the rooms. */
const rooms: Readonly<
  Record<string, { readonly rooms: readonly string[]; readonly packages: readonly string[] }>
> = {
  domain: { rooms: [], packages: ['iso-3166', 'validator'] },
  contract: { rooms: ['domain'], packages: ['typebox', 'ajv'] },
  vault: { rooms: ['domain'], packages: ['node:'] },
  store: { rooms: ['domain'], packages: ['node:', 'pg', 'pg-copy-streams'] },
  providers: { rooms: ['domain'], packages: ['node:', 'undici', 'ipaddr.js'] },
  operations: { rooms: ['domain', 'contract', 'vault', 'store', 'providers'], packages: ['node:'] },
  worker: { rooms: ['domain', 'contract', 'operations', 'vault', 'store', 'providers'], packages: [] },
  http: {
    rooms: ['domain', 'contract', 'operations'],
    packages: ['node:', 'fastify', '@scalar/fastify-api-reference', 'pino', 'prom-client'],
  },
  cli: {
    rooms: ['domain', 'operations', 'root'],
    packages: ['node:', 'commander', 'cli-table3', 'close-with-grace', 'pino'],
  },
  root: {
    rooms: ['domain', 'contract', 'vault', 'store', 'providers', 'operations', 'worker', 'http'],
    packages: ['node:', 'pino', 'env-schema', 'ipaddr.js', 'typebox'],
  },
};

const source = fileURLToPath(new URL('../src', import.meta.url));
const pattern =
  /(?:^|\n)\s*(?:import|export)\b[^;'"]*?from\s*'([^']+)'|\bimport\(\s*'([^']+)'\s*\)|(?:^|\n)import\s+'([^']+)'/g;

interface Import {
  readonly from: string;
  readonly to: string;
}

/** Every import of every file, relative ones as paths below src. */
function importsOf(read: (file: string) => string): readonly Import[] {
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  );
  return files.flatMap((from) =>
    [...read(from).matchAll(pattern)].map((match) => {
      const name = match[1] ?? match[2] ?? match[3] ?? '';
      const to = name.startsWith('.') ? relative(source, resolve(source, dirname(from), name)) : name;
      return { from, to };
    }),
  );
}

const roomOf = (file: string): string => (file.includes('/') ? (file.split('/')[0] ?? '') : 'root');
const isFile = (to: string): boolean => to.endsWith('.ts');

function broken({ from, to }: Import): boolean {
  const law = rooms[roomOf(from)];
  if (!law) return true;
  if (isFile(to)) return roomOf(to) !== roomOf(from) && !law.rooms.includes(roomOf(to));
  return !law.packages.some((name) => to === name || to.startsWith(name.endsWith(':') ? name : `${name}/`));
}

/** The first cycle found, as the files along it. */
function cycleIn(imports: readonly Import[]): readonly string[] {
  const next = new Map<string, string[]>();
  for (const { from, to } of imports) if (isFile(to)) next.set(from, [...(next.get(from) ?? []), to]);
  const done = new Set<string>();
  const walk = (file: string, path: readonly string[]): readonly string[] => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return [];
    for (const to of next.get(file) ?? []) {
      const found = walk(to, [...path, file]);
      if (found.length > 0) return found;
    }
    done.add(file);
    return [];
  };
  for (const file of next.keys()) {
    const found = walk(file, []);
    if (found.length > 0) return found;
  }
  return [];
}

const readSource = (file: string): string => readFileSync(join(source, file), 'utf8');
const show = ({ from, to }: Import): string => `${from} imports ${to}`;

describe('the house', () => {
  const imports = importsOf(readSource);

  test('has doors in one direction only', () => {
    expect(imports.length).toBeGreaterThan(100);
    expect(imports.filter(broken).map(show)).toEqual([]);
  });

  test('has no circle of imports, types included', () => {
    expect(cycleIn(imports)).toEqual([]);
  });

  test('turns red when a door is opened the wrong way, or a circle closed', () => {
    const planted = importsOf((file) => {
      const text = readSource(file);
      return file === 'domain/ids.ts'
        ? `import type { Customer } from './customer.ts';\nimport 'node:fs';\n${text}`
        : text;
    });
    expect(planted.filter(broken).map(show)).toEqual(['domain/ids.ts imports node:fs']);
    expect(cycleIn(planted)).toContain('domain/ids.ts');
  });

  test('keeps the transport ignorant of what is transported', () => {
    const files = readdirSync(join(source, 'http')).filter((file) =>
      /customer/i.test(readSource(`http/${file}`)),
    );
    expect(files).toEqual([]);
  });

  test('reads the environment in one file', () => {
    const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter(
      (file) => file.endsWith('.ts') && readSource(file).includes('process.env'),
    );
    expect(files).toEqual(['config.ts']);
  });

  test('touches tenants without a scope only in the files that say so', () => {
    const takesDatabase = readdirSync(join(source, 'store'))
      .filter((file) => file.endsWith('.ts'))
      .filter((file) =>
        /export (?:async )?function \w+\(\s*db: (?:Database|Connection)/.test(readSource(`store/${file}`)),
      );
    expect(takesDatabase.sort()).toEqual([
      'api-keys.ts',
      'backup.ts',
      'brands.ts',
      'deliveries-due.ts',
      'installation.ts',
      'kyc-due.ts',
      'migrate.ts',
      'restore.ts',
      'retention-due.ts',
      'root-versions.ts',
      'rotation-claims.ts',
      'sequencer.ts',
      'server-facts.ts',
      'sweep.ts',
      'verification-claims.ts',
    ]);
  });
});
