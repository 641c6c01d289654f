import { instantOfMillis } from '../../domain/time.ts';
import type { NewKey } from '../../operations/brands/api-keys.ts';
import type { Brand } from '../command.ts';
import { withBrand } from '../command.ts';
import { keyFacts, keyWithSecret, minuteText, scopesText, secretText, warnAboutSecret } from '../key-text.ts';
import type { Format } from '../output.ts';
import { printAnswer, printNotice } from '../output.ts';
import type { ReasonOptions } from '../reason.ts';
import { formatTable } from '../table.ts';

type Key = Pick<NewKey, 'expiresAt' | 'revokedAt' | 'previousUntil'>;

interface CreateOptions extends ReasonOptions {
  readonly brand: string;
  readonly name?: string;
  readonly scopes?: readonly string[];
  readonly owner?: string;
  readonly networks?: readonly string[];
  readonly expiresDays?: number;
  /** False with --no-expiry. */
  readonly expiry: boolean;
}

export async function createKey(format: Format, options: CreateOptions): Promise<void> {
  const { name, scopes, owner, networks, expiresDays, expiry } = options;
  const days = expiry ? expiresDays : 'never';
  const [brand, key] = await withBrand(
    format,
    options.brand,
    async (system, { brandId }) =>
      (await operations()).createKey(system, brandId, { name, scopes, owner, networks, days }),
    { options, without: 'note' },
  );
  showSecret(format, brand, key, `Created the key ${key.name} of ${brand.name}.`);
  if (!expiry)
    printNotice(
      format,
      'The key never expires, as --no-expiry asks. It is valid until it is revoked: clientele keys revoke',
    );
}

export async function listKeys(format: Format, brandName: string): Promise<void> {
  const [brand, keys] = await withBrand(format, brandName, async (system, { brandId }) =>
    (await operations()).keysOf(system, brandId),
  );
  printAnswer(
    format,
    keys.map((key) => keyFacts(brand, key)),
    () =>
      formatTable(
        ['NAME', 'IDENTITY', 'SCOPES', 'CREATED', 'STATE'],
        keys.map((key) => [
          key.name,
          key.identity,
          scopesText(key.scopes),
          key.createdAt.slice(0, 10),
          stateOf(key),
        ]),
        [
          null,
          null,
          Math.min(34, Math.max(...keys.map((key) => scopesText(key.scopes).length), 6)),
          null,
          null,
        ],
      ),
  );
}

interface RotateOptions extends ReasonOptions {
  readonly brand: string;
  readonly overlapHours: number;
}

export async function rotateKey(format: Format, keyName: string, options: RotateOptions): Promise<void> {
  const [brand, key] = await withBrand(
    format,
    options.brand,
    async (system, { brandId }) => {
      const { findKeyByName, replaceSecret } = await operations();
      const known = await findKeyByName(system, brandId, keyName);
      return replaceSecret(system, brandId, known, options.overlapHours);
    },
    { options },
  );
  const old =
    options.overlapHours > 0 && key.previousUntil
      ? `The old secret stays valid until ${minuteText(key.previousUntil)}.`
      : 'The old secret is refused within a second.';
  showSecret(format, brand, key, `The key ${key.name} of ${brand.name} has a new secret. ${old}`);
}

interface RevokeOptions extends ReasonOptions {
  readonly brand: string;
}

export async function revokeKey(format: Format, keyName: string, options: RevokeOptions): Promise<void> {
  const [brand, key] = await withBrand(
    format,
    options.brand,
    async (system, { brandId }) => {
      const { revokeBrandKey, findKeyByName } = await operations();
      const known = await findKeyByName(system, brandId, keyName);
      return revokeBrandKey(system, brandId, known.identity);
    },
    { options },
  );
  printAnswer(
    format,
    keyFacts(brand, key),
    () => `Revoked the key ${key.name} of ${brand.name}; it is refused within a second.`,
  );
}

const operations = () => import('../../operations/brands/api-keys.ts');

function showSecret(format: Format, brand: Brand, key: NewKey, sentence: string): void {
  printAnswer(format, keyWithSecret(brand, key), () => `${sentence}\n${secretText(key)}`);
  warnAboutSecret(format);
}

export function stateOf({ expiresAt, revokedAt, previousUntil }: Key): string {
  const now = instantOfMillis(Date.now());
  if (revokedAt) return `revoked ${minuteText(revokedAt)}`;
  if (expiresAt && expiresAt <= now) return `expired ${minuteText(expiresAt)}`;
  const parts = ['active', ...(expiresAt ? [`until ${minuteText(expiresAt)}`] : [])];
  if (previousUntil && previousUntil > now)
    parts.push(`(old secret too, until ${minuteText(previousUntil)})`);
  return parts.join(' ');
}
