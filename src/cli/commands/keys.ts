import { OperatorError } from '../../domain/operator-error.ts';
import { instantOfMillis } from '../../domain/time.ts';
import type { NewKey } from '../../operations/brands/api-keys.ts';
import type { Brand } from '../command.ts';
import { withBrand, withSystem } from '../command.ts';
import { keyFacts, keyWithSecret, minuteText, scopesText, secretText, warnAboutSecret } from '../key-text.ts';
import type { Format } from '../output.ts';
import { printAnswer, printNotice } from '../output.ts';
import type { ReasonOptions } from '../reason.ts';
import { formatTable } from '../table.ts';

type Key = Pick<NewKey, 'expiresAt' | 'revokedAt' | 'disabledAt' | 'previousUntil'>;

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
    { options },
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

interface OwnerOptions extends ReasonOptions {
  readonly brand: string;
  readonly owner: string;
}

export async function setKeyOwner(format: Format, keyName: string, options: OwnerOptions): Promise<void> {
  const [brand, key] = await withBrand(
    format,
    options.brand,
    async (system, { brandId }) => {
      const { findKeyByName, setKeyOwner } = await operations();
      const known = await findKeyByName(system, brandId, keyName);
      return setKeyOwner(system, brandId, known.identity, options.owner);
    },
    { options, without: 'refuse' },
  );
  printAnswer(
    format,
    keyFacts(brand, key),
    () => `The key ${key.name} of ${brand.name} belongs to ${key.owner} from now on.`,
  );
}

interface EnableOptions extends ReasonOptions {
  readonly brand?: string;
  readonly all?: boolean;
}

/** Enables keys that a restore has disabled: one of a brand, or all of one brand or of every brand. */
export async function enableKeys(
  format: Format,
  keyName: string | undefined,
  options: EnableOptions,
): Promise<void> {
  if ((keyName === undefined) !== (options.all === true) || (keyName && !options.brand))
    throw new OperatorError(
      'Say which keys: clientele keys enable KEY --brand NAME, or clientele keys enable --all, for every brand or with --brand for one.',
    );
  const enabled = await withSystem(
    format,
    async (system) => {
      const { enableKey, findKeyByName, keysOf } = await operations();
      const { allBrands, findBrandByName } = await import('../../operations/brands/brands.ts');
      const brands =
        options.brand === undefined
          ? await allBrands(system)
          : [await findBrandByName(system, options.brand)];
      const done: { readonly brand: Brand; readonly key: Omit<NewKey, 'authorization'> }[] = [];
      for (const brand of brands) {
        const { brandId } = brand;
        const keys =
          keyName === undefined
            ? (await keysOf(system, brandId)).filter(({ disabledAt, revokedAt }) => disabledAt && !revokedAt)
            : [await findKeyByName(system, brandId, keyName)];
        for (const { identity } of keys)
          done.push({ brand, key: await enableKey(system, brandId, identity) });
      }
      return done;
    },
    { options, without: 'refuse' },
  );
  printAnswer(
    format,
    enabled.map(({ brand, key }) => keyFacts(brand, key)),
    () =>
      enabled.length === 0
        ? 'No key is disabled.'
        : enabled.map(({ brand, key }) => `Enabled the key ${key.name} of ${brand.name}.`).join('\n'),
  );
}

const operations = () => import('../../operations/brands/api-keys.ts');

function showSecret(format: Format, brand: Brand, key: NewKey, sentence: string): void {
  printAnswer(format, keyWithSecret(brand, key), () => `${sentence}\n${secretText(key)}`);
  warnAboutSecret(format);
}

export function stateOf({ expiresAt, revokedAt, disabledAt, previousUntil }: Key): string {
  const now = instantOfMillis(Date.now());
  if (revokedAt) return `revoked ${minuteText(revokedAt)}`;
  if (disabledAt) return `disabled ${minuteText(disabledAt)}`;
  if (expiresAt && expiresAt <= now) return `expired ${minuteText(expiresAt)}`;
  const parts = ['active', ...(expiresAt ? [`until ${minuteText(expiresAt)}`] : [])];
  if (previousUntil && previousUntil > now)
    parts.push(`(old secret too, until ${minuteText(previousUntil)})`);
  return parts.join(' ');
}
