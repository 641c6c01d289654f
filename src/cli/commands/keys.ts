import type { Scope } from '../../domain/scopes.ts';
import { defaultScopes } from '../../domain/scopes.ts';
import type { Instant } from '../../domain/time.ts';
import { instantOfMillis, withOffset } from '../../domain/time.ts';
import type { NewKey } from '../../operations/brands/api-keys.ts';
import type { Format } from '../answer.ts';
import { answer, coloured, say } from '../answer.ts';
import type { Brand } from '../command.ts';
import { withBrand } from '../command.ts';
import { table } from '../table.ts';

type Key = Omit<NewKey, 'authorization'>;

interface CreateOptions {
  readonly brand: string;
  readonly name?: string;
  readonly scopes?: readonly string[];
  readonly expiresDays?: number;
}

export async function createKey(format: Format, options: CreateOptions): Promise<void> {
  const { name, scopes, expiresDays: days } = options;
  const [brand, key] = await withBrand(format, options.brand, async (system, { brandId }) =>
    (await operations()).createKey(system, brandId, { name, scopes, days }),
  );
  showSecret(format, brand, key, `Made the key ${key.name} of ${brand.name}.`);
}

export async function listKeys(format: Format, brandName: string): Promise<void> {
  const [brand, keys] = await withBrand(format, brandName, async (system, { brandId }) =>
    (await operations()).keysOf(system, brandId),
  );
  answer(
    format,
    keys.map((key) => facts(brand, key)),
    () =>
      table(
        ['NAME', 'IDENTITY', 'MAY', 'CREATED', 'STATE'],
        keys.map((key) => [
          key.name,
          key.identity,
          mayOf(key.scopes),
          key.createdAt.slice(0, 10),
          stateOf(key),
        ]),
        [null, null, Math.min(34, Math.max(...keys.map((key) => mayOf(key.scopes).length), 3)), null, null],
      ),
  );
}

interface RotateOptions {
  readonly brand: string;
  readonly overlapHours: number;
}

export async function rotateKey(format: Format, keyName: string, options: RotateOptions): Promise<void> {
  const [brand, key] = await withBrand(format, options.brand, async (system, { brandId }) => {
    const { keyNamed, renewKey } = await operations();
    const known = await keyNamed(system, brandId, keyName);
    return renewKey(system, brandId, known, options.overlapHours);
  });
  const old =
    options.overlapHours > 0 && key.previousUntil
      ? `The old secret stays good until ${minute(key.previousUntil)}.`
      : 'The old secret is refused within a second.';
  showSecret(format, brand, key, `The key ${key.name} of ${brand.name} has a new secret. ${old}`);
}

export async function revokeKey(format: Format, keyName: string, brandName: string): Promise<void> {
  const [brand, key] = await withBrand(format, brandName, async (system, { brandId }) => {
    const { endKey, keyNamed } = await operations();
    const known = await keyNamed(system, brandId, keyName);
    return endKey(system, brandId, known.identity);
  });
  answer(
    format,
    facts(brand, key),
    () => `Revoked the key ${key.name} of ${brand.name}; it is refused within a second.`,
  );
}

const operations = () => import('../../operations/brands/api-keys.ts');

function showSecret(format: Format, brand: Brand, key: NewKey, sentence: string): void {
  const { identity, ...rest } = facts(brand, key);
  answer(format, { identity, authorization: key.authorization, ...rest }, () =>
    [
      sentence,
      '',
      `  Identity       ${key.identity}`,
      `  Authorization  ${key.authorization}`,
      `  May            ${mayOf(key.scopes)}`,
      `  Ends           ${key.expiresAt ? minute(key.expiresAt) : 'when it is revoked'}`,
      '',
    ].join('\n'),
  );
  if (format === 'table')
    say(
      format,
      coloured(
        process.stderr,
        'yellow',
        'Keep the authorization now: it is stored nowhere and not shown again.',
      ),
    );
}

const facts = (brand: Brand, key: Key) => ({
  identity: key.identity,
  name: key.name,
  brand: brand.name,
  bond_brand_id: brand.brandId,
  scopes: key.scopes,
  date_created: withOffset(key.createdAt),
  ...(key.expiresAt && { date_expires: withOffset(key.expiresAt) }),
  ...(key.revokedAt && { date_revoked: withOffset(key.revokedAt) }),
  ...(key.previousUntil && { date_previous_secret_ends: withOffset(key.previousUntil) }),
});

function mayOf(scopes: readonly Scope[]): string {
  const isDefault =
    defaultScopes.length === scopes.length && defaultScopes.every((scope) => scopes.includes(scope));
  return isDefault ? 'the default scopes' : scopes.join(' ');
}

function stateOf({ expiresAt, revokedAt, previousUntil }: Key): string {
  const now = instantOfMillis(Date.now());
  if (revokedAt) return `revoked ${minute(revokedAt)}`;
  if (expiresAt && expiresAt <= now) return `ended ${minute(expiresAt)}`;
  const parts = ['good', ...(expiresAt ? [`until ${minute(expiresAt)}`] : [])];
  if (previousUntil && previousUntil > now) parts.push(`(old secret too, until ${minute(previousUntil)})`);
  return parts.join(' ');
}

const minute = (at: Instant): string => `${at.slice(0, 16).replace('T', ' ')} UTC`;
