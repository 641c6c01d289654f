import type { Api, Schema } from './document.ts';
import type { Random } from './random.ts';

/** Ids and cursors that answers have shown, by what they name. */
export class Pool {
  readonly #known = new Map<string, string[]>();

  add(name: string, value: string): void {
    const known = this.#known.get(name) ?? [];
    if (known.includes(value)) return;
    // A few are enough, and the newest are the ones that still exist.
    this.#known.set(name, [...known.slice(-19), value]);
  }

  get(name: string): readonly string[] {
    return this.#known.get(name) ?? [];
  }

  /** Notes every id in the body of a successful answer. */
  harvest(value: unknown, owner = ''): void {
    if (Array.isArray(value)) for (const item of value) this.harvest(item, owner);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
    for (const [name, inner] of Object.entries(value)) {
      if (typeof inner !== 'string') this.harvest(inner, name);
      else if (name === 'id') this.add(owner.startsWith('webhook_') ? 'webhook_id' : owner, inner);
      else if (name.endsWith('_id') || name === 'identity' || name === 'next_cursor') this.add(name, inner);
    }
  }
}

export interface ValueContext {
  readonly api: Api;
  readonly random: Random;
  readonly pool: Pool;
  /** Letters that stand in the values of this request and nowhere else. */
  readonly marker: string;
}

const textGames = (marker: string): readonly string[] => [
  '',
  ' ',
  `${marker}\u0000`,
  `${marker}\u202e`,
  `${marker}\u200b`,
  `${marker}\u2028x`,
  `${marker}\ufeff`,
  `'; drop table customers; -- ${marker}`,
  `\${${marker}}{{7*7}}%s%n`,
  `../../${marker}/etc/passwd`,
  `<script>${marker}</script>`,
  `${marker}\r\nSet-Cookie: a=b`,
  `\u001b[31m${marker}`,
  `${marker}${'é'.repeat(60)}`,
  `é${marker}`.normalize('NFD'),
  `${marker}👩‍👩‍👧`,
  `İß${marker}`,
  marker.repeat(120),
  'null',
  'infinity',
  '0000-01-01',
  '2023-02-29',
  '10000-01-01',
  '2026-02-30T25:61:61Z',
  '2026-05-04T14:03:21.1234567Z',
  '１２３４５６７８９',
  '9'.repeat(40),
  '{00000000-0000-0000-0000-000000000000}',
  '00000000000000000000000000000000',
];

const numberGames: readonly number[] = [
  0,
  -0,
  -1,
  1,
  2,
  1.5,
  1e-7,
  99,
  100,
  101,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 53 - 1,
  2 ** 53,
  2 ** 63,
  -(2 ** 63),
  1e21,
  -1e21,
  1e300,
];

/** A value of any kind, with no regard for a schema. */
export function hostileValue({ random, marker }: ValueContext, depth = 0): unknown {
  const kind = random.below(depth < 3 ? 9 : 6);
  if (kind < 3) return random.pick(textGames(marker));
  if (kind === 3) return random.pick(numberGames);
  if (kind === 4) return random.pick([true, false]);
  if (kind === 5) return null;
  const inner = (): unknown => hostileValue({ random, marker } as ValueContext, depth + 1);
  if (kind === 6) return Array.from({ length: random.below(4) }, inner);
  if (kind === 7) return nested(random.pick([4, 15, 17, 200]));
  return { [random.pick(['a', 'constructor', '$ref', 'toString'])]: inner() };
}

function nested(depth: number): unknown {
  let value: unknown = [];
  for (let level = 1; level < depth; level += 1) value = [value];
  return value;
}

/** Members whose values have to be new for a create to succeed, and that rules of their own bind. */
const alike = new Set(['ssn', 'email', 'first_name', 'last_name']);

/** A lawful value, made from the schema and, where there is one, an example. */
export function validValue(maker: ValueContext, given: Schema, example: unknown, name: string): unknown {
  const { api, random, pool, marker } = maker;
  const schema = api.resolve(given);
  if ('const' in schema) return schema['const'];
  if (Array.isArray(schema['enum'])) return random.pick(schema['enum']);
  if (schema['type'] === 'object') return lawfulObject(maker, schema, example);
  if (schema['type'] === 'array') {
    if (Array.isArray(example)) return example.map((item) => validValue(maker, schema['items'], item, name));
    return Array.from({ length: Math.max(1, schema['minItems'] ?? 0) }, () =>
      validValue(maker, schema['items'], undefined, name),
    );
  }
  if (schema['format'] === 'uuid') {
    const known = pool.get(name);
    return known.length > 0 && random.chance(0.95) ? random.pick(known) : random.uuid();
  }
  if (schema['type'] === 'boolean') return example ?? random.chance(0.5);
  if (schema['type'] === 'integer' || schema['type'] === 'number') {
    const least = Number(schema['minimum'] ?? 0);
    return example ?? least + random.below(Math.min(50, Number(schema['maximum'] ?? 50) - least) + 1);
  }
  if (name === 'ssn')
    return `${100 + random.below(500)}-${10 + random.below(89)}-${1000 + random.below(8999)}`;
  if (name === 'email') return `${marker}@example.com`;
  if (alike.has(name)) return marker[0]?.toUpperCase() + marker.slice(1);
  return example ?? marker;
}

function lawfulObject(maker: ValueContext, schema: Schema, example: unknown): unknown {
  const { random } = maker;
  const properties = (schema['properties'] ?? {}) as Readonly<Record<string, Schema>>;
  const required = new Set<string>(schema['required'] ?? []);
  const shown = (example ?? {}) as Readonly<Record<string, unknown>>;
  const made: Record<string, unknown> = {};
  for (const [name, property] of Object.entries(properties)) {
    const isWanted = required.has(name) || (name in shown ? random.chance(0.9) : random.chance(0.08));
    if (isWanted) made[name] = validValue(maker, property, shown[name], name);
  }
  return made;
}

/** Changes one place of a lawful body into something that may not be lawful. */
export function malformedValue(maker: ValueContext, value: unknown): unknown {
  const { random } = maker;
  if (Array.isArray(value)) {
    if (value.length === 0 || random.chance(0.2))
      return random.pick([[], [...value, ...value], Array(60).fill(value[0] ?? null), hostileValue(maker)]);
    const at = random.below(value.length);
    return value.map((item, index) => (index === at ? malformedValue(maker, item) : item));
  }
  if (typeof value !== 'object' || value === null) return nearly(maker, value);
  const names = Object.keys(value);
  if (names.length === 0 || random.chance(0.12))
    return { ...value, [random.pick(['unknown_field', 'customer_id', 'kyc_status', 'a'.repeat(300)])]: 1 };
  const name = random.pick(names);
  if (random.chance(0.15)) return Object.fromEntries(Object.entries(value).filter(([one]) => one !== name));
  const inner = (value as Readonly<Record<string, unknown>>)[name];
  return { ...value, [name]: random.chance(0.5) ? malformedValue(maker, inner) : hostileValue(maker) };
}

/** A single value moved a little: longer, shorter, of another type, of another form. */
function nearly(maker: ValueContext, value: unknown): unknown {
  const { random, marker } = maker;
  if (typeof value === 'number') return random.pick([...numberGames, String(value), value + 0.5]);
  if (typeof value !== 'string') return hostileValue(maker);
  return random.pick<unknown>([
    value.slice(0, -1),
    `${value}${marker}`,
    ` ${value} `,
    value.toUpperCase(),
    `${value}\u0301`,
    value.repeat(30),
    Number(value) || 0,
    [value],
    null,
    random.pick(textGames(marker)),
  ]);
}

/** The text of a query parameter or a part of a path. */
export function hostileText(maker: ValueContext): string {
  const { random, marker } = maker;
  const texts = [
    ...textGames(marker),
    ...numberGames.map(String),
    'abc',
    '01',
    '1e3',
    `{${random.uuid()}}`,
    random.uuid().replaceAll('-', ''),
    random.uuid().toUpperCase(),
    `${random.uuid().slice(0, 35)}g`,
    'c1_zzzzzzzzzzzzz',
    'c1_0',
  ];
  return random.pick(texts);
}
