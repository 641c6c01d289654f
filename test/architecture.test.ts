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
  providers: { rooms: ['domain'], packages: ['node:', 'undici', 'ipaddr.js', 'openid-client'] },
  operations: {
    rooms: ['domain', 'contract', 'vault', 'store', 'providers'],
    packages: ['node:', '@simplewebauthn/server', '@zxcvbn-ts/language-common', 'csv-parse', 'yauzl', 'yazl'],
  },
  worker: { rooms: ['domain', 'contract', 'operations', 'vault', 'store', 'providers'], packages: [] },
  http: {
    rooms: ['domain', 'contract', 'operations'],
    packages: ['node:', 'fastify', '@scalar/fastify-api-reference', 'pino', 'prom-client'],
  },
  cli: {
    rooms: ['domain', 'operations', 'root'],
    packages: ['node:', 'commander', 'cli-table3', 'close-with-grace', 'pino', 'pino-pretty'],
  },
  root: {
    rooms: ['domain', 'contract', 'vault', 'store', 'providers', 'operations', 'worker', 'http'],
    packages: ['node:', 'pino', 'ajv', 'fastest-levenshtein', 'ipaddr.js', 'typebox'],
  },
};

/**
 * The folders inside the large rooms, one for each subject, and what each may import within its room. `.` is
 * what every subject of the room stands on; `above` are files at the room's root that bring subjects together.
 */
const subjects: Readonly<
  Record<
    string,
    {
      readonly folders: Readonly<Record<string, readonly string[]>>;
      readonly above?: Readonly<Record<string, readonly string[]>>;
    }
  >
> = {
  domain: {
    folders: {
      '.': ['sealing', 'errors'],
      errors: [],
      sealing: ['.'],
      audit: ['.'],
      webhooks: ['.'],
      kyc: ['.', 'webhooks'],
      customers: ['.', 'kyc', 'webhooks'],
      screening: ['.', 'customers'],
      retention: ['.'],
      keys: ['.'],
      requests: ['.'],
      operators: ['.'],
    },
  },
  contract: {
    folders: {
      '.': [],
      customers: ['.'],
      kyc: ['.', 'customers'],
      webhooks: ['.', 'customers'],
      screening: ['.', 'customers'],
      retention: ['.', 'customers', 'kyc', 'screening'],
      operators: ['.', 'api-keys.ts', 'customers'],
      openapi: ['.', 'table.ts'],
    },
    above: {
      'api-keys.ts': ['.', 'customers'],
      'audit.ts': ['.', 'api-keys.ts', 'customers'],
      'requests.ts': ['.', 'api-keys.ts'],
      'table.ts': [
        '.',
        'api-keys.ts',
        'audit.ts',
        'requests.ts',
        'customers',
        'kyc',
        'webhooks',
        'screening',
        'retention',
        'operators',
      ],
    },
  },
  store: {
    folders: {
      connection: [],
      '.': ['connection'],
      embedded: [],
      audit: ['.', 'connection'],
      brands: ['.', 'connection', 'audit'],
      operators: ['.', 'connection', 'brands'],
      customers: ['.', 'connection', 'brands'],
      kyc: ['.', 'connection', 'audit'],
      screening: ['.', 'connection'],
      webhooks: ['.', 'connection', 'audit'],
      retention: ['.', 'connection', 'customers'],
      overview: ['.', 'connection'],
      rotation: ['.', 'connection', 'customers', 'brands', 'audit'],
      installation: ['.', 'connection'],
    },
  },
  operations: {
    folders: {
      '.': [],
      audit: ['.'],
      brands: ['.', 'audit'],
      customers: ['.', 'audit'],
      kyc: ['.', 'audit', 'customers'],
      webhooks: ['.', 'audit', 'customers'],
      screening: ['.', 'audit', 'customers'],
      retention: ['.', 'audit', 'customers', 'kyc', 'screening'],
      requests: ['.'],
      overview: ['.'],
      rotation: ['.', 'audit', 'brands', 'customers'],
      installation: ['.', 'audit', 'rotation'],
      records: ['.', 'audit', 'customers', 'kyc', 'screening', 'retention', 'installation'],
      operators: ['.', 'audit'],
      settings: ['.', 'kyc'],
      demo: ['.', 'table.ts', 'audit', 'brands', 'customers', 'kyc', 'webhooks', 'retention', 'operators'],
    },
    above: {
      'table.ts': [
        '.',
        'audit',
        'brands',
        'customers',
        'kyc',
        'webhooks',
        'screening',
        'retention',
        'records',
        'operators',
        'requests',
        'overview',
        'settings',
      ],
    },
  },
};

/** Source files of a folder on one screen. */
const mostFiles = 16;

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

/** The part of its room that a file belongs to: a subject's folder, a file above the subjects, or `.`. */
function partOf(file: string): string {
  const [room = '', folder = '', ...inside] = file.split('/');
  if (inside.length > 0) return folder;
  return subjects[room]?.above?.[folder] ? folder : '.';
}

function breaksSubjects({ from, to }: Import): boolean {
  const room = roomOf(from);
  const law = subjects[room];
  if (!law || !isFile(to) || roomOf(to) !== room) return false;
  const [part, other] = [partOf(from), partOf(to)];
  const allowed = law.folders[part] ?? law.above?.[part];
  return allowed === undefined || (part !== other && !allowed.includes(other));
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
/** The source files of a room with all its folders, as paths below src. */
const filesBelow = (room: string): readonly string[] =>
  readdirSync(join(source, room), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => `${room}/${file}`);
const show = ({ from, to }: Import): string => `${from} imports ${to}`;

describe('the folders', () => {
  const imports = importsOf(readSource);

  test('has imports in one direction only', () => {
    expect(imports.length).toBeGreaterThan(100);
    expect(imports.filter(broken).map(show)).toEqual([]);
  });

  test('has subjects that import one another only as declared', () => {
    const inside = imports.filter(
      ({ from, to }) => isFile(to) && subjects[roomOf(from)] && roomOf(from) === roomOf(to),
    );
    expect(inside.length).toBeGreaterThan(300);
    expect(inside.filter(breaksSubjects).map(show)).toEqual([]);
  });

  test.each(Object.keys(subjects))('%s has every folder that its law names, and no other', (room) => {
    const folders = readdirSync(join(source, room), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && entry.name !== 'migrations')
      .map((entry) => entry.name);
    expect(folders.sort()).toEqual(
      Object.keys(subjects[room]?.folders ?? {})
        .filter((name) => name !== '.')
        .sort(),
    );
  });

  test.each([
    ['domain/kyc/verification.ts', '../customers/customer.ts'],
    ['contract/kyc/schema.ts', '../webhooks/events.ts'],
    ['store/connection/database.ts', '../scope.ts'],
    ['store/customers/customers.ts', '../kyc/runs.ts'],
    ['operations/audit/entries.ts', '../brands/api-keys.ts'],
    ['operations/kyc/verifications.ts', '../webhooks/deliver.ts'],
    ['operations/run.ts', './table.ts'],
  ])('fails when %s imports %s', (file, to) => {
    const planted = importsOf((name) =>
      name === file ? `import '${to}';\n${readSource(name)}` : readSource(name),
    );
    expect(planted.filter(breaksSubjects).map(({ from }) => from)).toEqual([file]);
  });

  test('keeps every folder small enough for one screen', () => {
    const counts = new Map<string, number>();
    for (const top of [source, join(source, '../test')])
      for (const file of readdirSync(top, { recursive: true, withFileTypes: true }))
        if (file.isFile()) counts.set(file.parentPath, (counts.get(file.parentPath) ?? 0) + 1);
    expect(counts.size).toBeGreaterThan(40);
    // Migrations that exist never change or move, and their names are their order.
    const listed = [...counts].filter(([folder]) => !folder.endsWith('store/migrations'));
    expect(listed.length).toBe(counts.size - 1);
    expect(listed.filter(([, files]) => files > mostFiles)).toEqual([]);
  });

  test('has no circle of imports, types included', () => {
    expect(cycleIn(imports)).toEqual([]);
  });

  test('fails on an import in the wrong direction and on a circle', () => {
    const planted = importsOf((file) => {
      const text = readSource(file);
      return file === 'domain/ids.ts'
        ? `import type { Customer } from './customers/customer.ts';\nimport 'node:fs';\n${text}`
        : text;
    });
    expect(planted.filter(broken).map(show)).toEqual(['domain/ids.ts imports node:fs']);
    expect(cycleIn(planted)).toContain('domain/ids.ts');
  });

  test('keeps the transport independent of the operations', () => {
    const files = filesBelow('http');
    expect(files.length).toBeGreaterThan(8);
    expect(files.filter((file) => /customer/i.test(readSource(file)))).toEqual([]);
  });

  test('reads the environment in one file', () => {
    const files = filesBelow('.').map((file) => file.slice(2));
    expect(files.length).toBeGreaterThan(200);
    expect(files.filter((file) => readSource(file).includes('process.env'))).toEqual(['config.ts']);
  });

  test('accesses tenants without a scope only in the listed files', () => {
    const statements = filesBelow('store');
    expect(statements.length).toBeGreaterThan(40);
    const takesDatabase = statements.filter((file) =>
      /export (?:async )?function \w+\(\s*db: (?:Database|Connection)/.test(readSource(file)),
    );
    expect(takesDatabase.sort()).toEqual([
      'store/audit/announcements.ts',
      'store/audit/checks-due.ts',
      'store/audit/refused-rows.ts',
      'store/audit/sequencer.ts',
      'store/audit/without-mac.ts',
      'store/brands/api-keys.ts',
      'store/brands/brands.ts',
      'store/brands/root-versions.ts',
      'store/customers/address-claims.ts',
      'store/grants.ts',
      'store/installation/backup.ts',
      'store/installation/installation.ts',
      'store/installation/restore.ts',
      'store/installation/server-facts.ts',
      'store/installation/task-failures.ts',
      'store/kyc/due.ts',
      'store/migrate.ts',
      'store/operators/accounts.ts',
      'store/operators/failures.ts',
      'store/operators/passkeys.ts',
      'store/operators/sessions.ts',
      'store/retention/due.ts',
      'store/rotation/claims.ts',
      'store/screening/queue.ts',
      'store/screening/rounds.ts',
      'store/sweep.ts',
      'store/webhooks/deliveries-due.ts',
    ]);
  });
});
