import { readdirSync, readFileSync } from 'node:fs';
import pg from 'pg';
import { describe, expect, inject, test } from 'vitest';
import {
  bigint,
  bytes,
  columns,
  computed,
  flag,
  hex,
  id,
  instant,
  named,
  number,
  optional,
  text,
  words,
} from '../../src/store/columns.ts';
import type { Connection, Value } from '../../src/store/connection/database.ts';
import { prefixed, rowsColumns, rowsRelation, sql, withColumns, withPrefix } from '../../src/store/sql.ts';
import { assemble } from '../../src/store/statement-parts.ts';

/** A connection that keeps what it was asked to run. */
function recorder() {
  const ran: { readonly text: string; readonly values: readonly Value[] }[] = [];
  const connection: Connection = {
    async run({ text: statement }, values) {
      ran.push({ text: statement, values });
      return [];
    },
  };
  return { connection, ran };
}

describe('a named parameter', () => {
  test('becomes one number for all of its occurrences, and its value is sent once', async () => {
    const { connection, ran } = recorder();
    const query = sql('twice', 'select :b, :a::uuid, :b::int[] where x = :a and y = any (:b)');
    await query.run(connection, { a: 'A', b: 2 });
    expect(ran).toEqual([
      { text: 'select $1, $2::uuid, $1::int[] where x = $2 and y = any ($1)', values: [2, 'A'] },
    ]);
  });

  test.each([
    ['a string', "select ':a', ' '':a'' ', :b", "select ':a', ' '':a'' ', $1"],
    ['a quoted name', 'select ":a", :b', 'select ":a", $1'],
    ['a cast', 'select x::a, y :: a, :b::text', 'select x::a, y :: a, $1::text'],
  ])('is not seen in %s', (_what, written, made) => {
    expect(sql('s', written).statement.text).toBe(made);
  });

  test('that is undefined or null is sent as null', async () => {
    const { connection, ran } = recorder();
    await sql('nulls', 'select :a, :b, :c').run(connection, { a: undefined, b: null, c: false });
    expect(ran[0]?.values).toEqual([null, null, false]);
  });

  test.each([
    ['missing', { a: 'secret' }, '[b]'],
    ['too many', { a: 'secret', b: 'secret', c: 'secret' }, '[c]'],
    ['inherited and not given', { a: 'secret', c: 'secret' }, '[b]'],
  ])('that is %s throws, and names the statement and never a value', async (_what, given, names) => {
    const { connection, ran } = recorder();
    const query = sql('checked', 'select :a, :b');
    const failure = await Promise.resolve()
      .then(() => query.run(connection, given))
      .catch((error: unknown) => error as Error);
    expect(failure).toBeInstanceOf(Error);
    expect((failure as Error).message).toContain('checked');
    expect((failure as Error).message).toContain(names);
    expect((failure as Error).message).not.toContain('secret');
    expect(ran).toEqual([]);
  });

  test.each(['select $1', 'select :a -- :b', 'select /* :b */ :a', 'select $$:a$$', "select E'\\':a'"])(
    'cannot be misread: %j is refused',
    (written) => {
      expect(() => sql('refused', written)).toThrow(/refused/);
    },
  );
});

describe('parts of one statement', () => {
  test('keep parameters of the same name apart, and share those of the change', async () => {
    const { connection, ran } = recorder();
    const part = (name: string, body: string) => ({
      name,
      sql: (gate: string) => `${name} as (insert into t select :brandId, :body from ${gate})`,
      parameters: { body },
    });
    const { query, parameters } = assemble({
      name: 'parts',
      parameters: { brandId: 'B', body: 'own' },
      claim: undefined,
      gate: 'gate',
      changed: 'changed',
      parts: [part('one', 'first'), part('two', 'second')],
      text: (_claim, rest) => `with changed as (select :body), ${rest} result as (select 1) select 1`,
    });
    await query.run(connection, parameters);
    expect(ran[0]?.values).toEqual(['own', 'B', 'first', 'second']);
    expect(ran[0]?.text.replace(/\s+/g, ' ')).toBe(
      'with changed as (select $1), one as (insert into t select $2, $3 from changed), two as (insert into t select $2, $4 from changed), result as (select 1) select 1',
    );
  });

  test('are distinguished by a prefix that does not change other names', () => {
    expect(withPrefix("select :a, ':a', :b::a", 'p', { a: 1 })).toBe("select :p.a, ':a', :b::a");
    expect(prefixed('p', { a: 1, b: undefined })).toEqual({ 'p.a': 1, 'p.b': undefined });
  });
});

describe('a declaration of columns', () => {
  const all = columns(
    {
      customerId: id(),
      title: text(),
      count: number(),
      big: bigint(),
      isHeld: flag(),
      at: instant(),
      digest: bytes(),
      hash: hex(),
      kinds: words(),
      note: optional(text()),
      renamed: named('other_name', text()),
      made: computed('1 + 1', number()),
    },
    't',
  );
  const row = {
    customer_id: 'c',
    title: 'T',
    count: 3,
    big: '9007199254740993',
    is_held: true,
    at: '2026-01-02 03:04:05.678901+00',
    digest: '\\x00ff',
    hash: '00ff',
    kinds: 'a,b',
    note: null,
    other_name: 'R',
    made: 2,
  };

  test('lists the columns with their table, and reads a row with the type of each', () => {
    expect(all.list).toBe(
      "t.customer_id, t.title, t.count, t.big, t.is_held, t.at, t.digest, encode(t.hash, 'hex') as hash, " +
        "array_to_string(t.kinds, ',') as kinds, t.note, t.other_name, 1 + 1 as made",
    );
    expect(all.read(row)).toEqual({
      customerId: 'c',
      title: 'T',
      count: 3,
      big: 9007199254740993n,
      isHeld: true,
      at: '2026-01-02T03:04:05.678901',
      digest: Buffer.from([0, 255]),
      hash: '00ff',
      kinds: ['a', 'b'],
      note: undefined,
      renamed: 'R',
      made: 2,
    });
  });

  test('reads an empty list of words as none', () => {
    expect(all.read({ ...row, kinds: '' }).kinds).toEqual([]);
  });

  test.each([
    'customer_id',
    'title',
    'count',
    'big',
    'is_held',
    'at',
    'digest',
    'hash',
    'other_name',
    'made',
  ])('takes no null for %s, which is never null', (column) => {
    expect(() => all.read({ ...row, [column]: null })).toThrow(/never null/);
  });

  test('treats a column that was not selected as a bug, also if it may be null', () => {
    const { note: _left, ...without } = row;
    expect(() => all.read(without)).toThrow(/not selected/);
  });
});

describe('the statement of many changes', () => {
  test('has columns instead of parameters, but for those that all share', () => {
    expect(
      withColumns("select :a::uuid, :part0.b, ':c', x::d from t where e = :shared", new Set(['shared'])),
    ).toBe(`select "p.a"::uuid, "p.part0.b", ':c', x::d from t where e = :shared`);
  });

  test('gets every kind of value as text that PostgreSQL reads back as the same value', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const row = {
      a: Buffer.from([0, 255]),
      b: ['plain', 'with "quotes", commas\\ and {braces}', ''],
      c: undefined,
      d: false,
      e: 12,
      f: `it's "p.a" :a \u2028 é`,
    };
    const client = new pg.Client(inject('server'));
    await client.connect();
    try {
      const { statement: asked, names: wanted } = sql(
        'rows',
        `select n::int, "p.a"::bytea as a, "p.b"::text[] as b, "p.c" as c, "p.d"::boolean as d, "p.e"::int as e, "p.f" as f
           from ${rowsRelation(names)}`,
      );
      const sent = rowsColumns(Object.values(row).map((value) => [value, value]));
      const { rows } = await client.query(
        asked.text,
        wanted.map((name) => sent[name]),
      );
      expect(rows).toEqual([
        { ...row, c: null, n: 1 },
        { ...row, c: null, n: 2 },
      ]);
    } finally {
      await client.end();
    }
  });
});

/** Where a source reads a cell without a declaration, or numbers a parameter past the fourth or by computing. */
function slipsOf(source: string): readonly string[] {
  const withoutTypes = source.replace(/\b[A-Z]\w*(?:\[(?:'\w+'|number)\])+/g, '');
  return [
    ...(withoutTypes.match(/[\w)\]](?:\?\.)?\[(?:'[^']*'|"[^"]*")\]/g) ?? []),
    ...(source.match(/\$(?:[5-9]|[1-9]\d+)\b|(?<!\w)\$\$\{/g) ?? []),
  ];
}

describe('the statements of the store', () => {
  const folder = new URL('../../src/store/', import.meta.url);
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  );

  test('read every row by a declaration, and number no parameter past the fourth', () => {
    expect(files.length).toBeGreaterThan(60);
    const slips = files
      .filter((name) => name !== 'sql.ts')
      .flatMap((name) =>
        slipsOf(readFileSync(new URL(name, folder), 'utf8')).map((one) => `${name}: ${one}`),
      );
    expect(slips).toEqual([]);
  });

  test.each([
    "Number(row['count'])",
    "rows[0]?.['last']",
    'row["key"]',
    "(await db.run(find, []))[0]['count']",
    'values ($1, $2, $3, $4, $5)',
    'limit $12',
    'values.map((_, at) => `$${at + 2}`)',
  ])('would not pass with %j', (planted) => {
    expect(slipsOf(planted)).not.toEqual([]);
  });

  test.each([
    "readonly kind: StoredKey['kind'];",
    "Paging['place']['kind'][]",
    'where brand_id = $1 and number > $4',
    'row[column]',
  ])('may say %j', (written) => {
    expect(slipsOf(written)).toEqual([]);
  });
});
