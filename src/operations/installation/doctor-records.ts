import type { Instant } from '../../domain/time.ts';
import { millisOf, plusSeconds } from '../../domain/time.ts';
import { listKeys } from '../../store/brands/api-keys.ts';
import { brandKeys } from '../../store/brands/brand-keys.ts';
import type { Brand } from '../../store/brands/brands.ts';
import { listBrands } from '../../store/brands/brands.ts';
import type { Database } from '../../store/connection/database.ts';
import { readInstallation } from '../../store/installation/installation.ts';
import type { ServerFacts } from '../../store/installation/server-facts.ts';
import { readServerFacts } from '../../store/installation/server-facts.ts';
import { migrationStatus } from '../../store/migrate.ts';
import { countOverdue } from '../../store/retention/due.ts';
import type { Vault } from '../../vault/vault.ts';
import type { Installed } from './doctor-environment.ts';
import type { Finding } from './finding.ts';
import { examineEach, green, red, redFrom, yellow } from './finding.ts';

// Checks with the database: the server, the schema and the records.

const daySeconds = 86_400;
const firstStart = 'Start once with: clientele serve';

/** Checks the server's settings, and whether its clock agrees with ours. */
export async function examineServer(
  { isEmbedded, now }: Installed,
  database: Database,
  runs: string,
): Promise<readonly Finding[]> {
  const before = millisOf(now());
  const facts = await readServerFacts(database);
  const here = (before + millisOf(now())) / 2;
  return [
    green(
      'PostgreSQL',
      `Version ${facts.version}, ${isEmbedded ? 'embedded' : 'as CLIENTELE_DATABASE_URL says'}, ${runs}.`,
    ),
    examineWrites(facts),
    examineDurability(facts),
    judgeClock(Math.abs(millisOf(facts.now) - here) / 1000),
  ];
}

function examineWrites({ isStandby, settings }: ServerFacts): Finding {
  const check = 'writes';
  if (isStandby)
    return red(
      check,
      'This PostgreSQL server is a standby, which takes no writes: every change is answered 503.',
      'Promote it, or set CLIENTELE_DATABASE_URL to the primary (docs/high-availability.md).',
    );
  if (settings.default_transaction_read_only === 'on')
    return red(
      check,
      'PostgreSQL runs with default_transaction_read_only=on, so every change is answered 503.',
      'Set it to off for the server, this database and this user.',
    );
  return green(check, 'The server takes writes.');
}

function examineDurability({ settings }: ServerFacts): Finding {
  const check = 'durability';
  const off = (['fsync', 'full_page_writes', 'synchronous_commit'] as const).filter(
    (name) => settings[name] === 'off',
  );
  if (off.length > 0)
    return red(
      check,
      `PostgreSQL runs with ${off.map((name) => `${name}=off`).join(', ')}, which can lose acknowledged writes.`,
      'Set it to on for the server, this database and this user.',
    );
  if (settings.data_checksums !== 'on')
    return yellow(
      check,
      'PostgreSQL runs without data_checksums, so damage on its disk would not be detected.',
      'Enable them while the server is stopped: pg_checksums --enable',
    );
  return green(check, 'fsync, full_page_writes, synchronous_commit and data_checksums are on.');
}

/** Times of records and expiry of keys depend on this machine's clock. */
function judgeClock(skewSeconds: number): Finding {
  const check = 'clock';
  const skew = `${skewSeconds < 10 ? skewSeconds.toFixed(1) : Math.round(skewSeconds)} seconds`;
  const explanation = `The clocks of this machine and of the database differ by ${skew}.`;
  const nextStep = 'Synchronise the clocks of both machines, for example with chrony or systemd-timesyncd.';
  if (skewSeconds > 30) return red(check, explanation, nextStep);
  if (skewSeconds > 2) return yellow(check, explanation, nextStep);
  return green(check, 'The clocks of this machine and of the database agree.');
}

/** Checks that the schema exists and matches this version. */
export async function examineSchema(
  database: Database,
): Promise<{ readonly finding: Finding; readonly isEmpty: boolean }> {
  const check = 'schema';
  try {
    const { applied, pending, newer } = await migrationStatus(database);
    const [last] = applied.slice(-1);
    if (last === undefined)
      return { finding: yellow(check, 'The database is empty.', firstStart), isEmpty: true };
    if (pending.length > 0)
      return {
        finding: red(
          check,
          `The database lacks ${pending.join(', ')}.`,
          'Make a backup, then apply the missing migrations with: clientele migrate',
        ),
        isEmpty: false,
      };
    if (newer.length > 0)
      return {
        finding: yellow(
          check,
          `A newer version has added ${newer.join(', ')}. This one works beside it.`,
          'Finish the upgrade: start the newer version everywhere.',
        ),
        isEmpty: false,
      };
    return {
      finding: green(check, `It is up to date (${last}), and no migration was edited.`),
      isEmpty: false,
    };
  } catch (error) {
    return { finding: redFrom(check, error), isEmpty: false };
  }
}

/** Checks that environment and root key match the database. */
export async function examineInstallation(
  { environment }: Installed,
  database: Database,
  vault: Vault | undefined,
): Promise<readonly Finding[]> {
  const isFirstStart = await readInstallation(database);
  if (!isFirstStart)
    return [yellow('environment', 'The database has no environment and root key yet.', firstStart)];
  const fits =
    isFirstStart.environment === environment
      ? green('environment', `The database was created as ${environment}, as the settings say.`)
      : red(
          'environment',
          `The database was created as ${isFirstStart.environment}, which never changes, but the settings say ${environment}.`,
          `Set CLIENTELE_ENVIRONMENT=${isFirstStart.environment}, or use another database.`,
        );
  if (!vault) return [fits];
  return [
    fits,
    vault.provesRoot(isFirstStart.rootProof)
      ? green('root key fits', 'It is the root key that the database was created with.')
      : red(
          'root key fits',
          'It is not the root key that the database was created with, so no record can be opened.',
          'Set CLIENTELE_ROOT_KEY_FILE to the right key.',
        ),
  ];
}

/** Checks for records past their retention. The worker erases every minute. */
export async function examineRetention({ now }: Installed, database: Database): Promise<readonly Finding[]> {
  const overdue = await countOverdue(database, plusSeconds(now(), -daySeconds));
  if (overdue === 0) return [green('retention', 'No record is kept longer than the policies allow.')];
  return [
    yellow(
      'retention',
      `${overdue === 1 ? 'One deleted record' : `${overdue} deleted records`} should have been checked more than a day ago, and may be kept too long.`,
      'Run clientele serve or clientele worker; if one runs, look for "task":"erasure" in its log.',
    ),
  ];
}

/** Checks that every brand's sealing keys open, and which API keys need attention. */
export async function examineBrands(
  { now, environment }: Installed,
  database: Database,
  vault: Vault,
): Promise<readonly Finding[]> {
  const brands = await listBrands(database);
  if (brands.length === 0)
    return [yellow('brands', 'There is none yet.', 'Make one with: clientele brands create NAME')];
  const closed: Finding[] = [];
  const hints: Finding[] = [];
  const failed = await examineEach('API keys', brands, async (brand) => {
    const scope = { brandId: brand.brandId, db: database };
    try {
      vault.keyring(brand.brandId, await brandKeys(scope));
    } catch {
      closed.push(
        red(
          'brands',
          `The sealing keys of ${brand.name} cannot be opened, so none of its records can be read.`,
          'Restore the root key that wrapped them, or restore the table brand_keys from a backup.',
        ),
      );
    }
    const keys = await listKeys(scope);
    hints.push(...disabledHints(brand, keys), ...keyHints(brand, keys, now()));
    // A sandbox brand often needs no key of its own.
    if (environment === 'live' && !keys.some((key) => isGood(key, now()))) hints.push(keylessHint(brand));
  });
  hints.push(...failed);
  const open = green(
    'brands',
    `${brands.length === 1 ? 'The one brand opens' : `All ${brands.length} brands open`}.`,
  );
  return [
    ...(closed.length > 0 ? closed : [open]),
    ...(hints.length > 0 ? hints : [green('API keys', 'No key expires soon, and none is old.')]),
  ];
}

type Key = Awaited<ReturnType<typeof listKeys>>[number];

const isGood = (key: Key, now: Instant): boolean =>
  !key.revokedAt && !key.disabledAt && (!key.expiresAt || key.expiresAt > now);

const makeKey = (brand: Brand): string => `clientele keys create --brand ${JSON.stringify(brand.name)}`;

const keylessHint = (brand: Brand): Finding =>
  yellow('API keys', `${brand.name} has no valid key.`, `Make one with: ${makeKey(brand)}`);

function disabledHints(brand: Brand, keys: readonly Key[]): readonly Finding[] {
  const count = keys.filter(({ disabledAt, revokedAt }) => disabledAt && !revokedAt).length;
  if (count === 0) return [];
  return [
    yellow(
      'API keys',
      `${count === 1 ? 'A key' : `${count} keys`} of ${brand.name} ${count === 1 ? 'is' : 'are'} disabled since a restore.`,
      `Revoke those that were revoked after the backup, then enable the others: clientele keys enable --all --brand ${JSON.stringify(brand.name)}`,
    ),
  ];
}

function keyHints(brand: Brand, keys: readonly Key[], now: Instant): readonly Finding[] {
  const soon = plusSeconds(now, 14 * daySeconds);
  const old = plusSeconds(now, -365 * daySeconds);
  return keys.flatMap((key) => {
    if (!isGood(key, now)) return [];
    const name = `The key ${key.name} of ${brand.name}`;
    if (key.expiresAt && key.expiresAt < soon)
      return yellow(
        'API keys',
        `${name} ends on ${key.expiresAt.slice(0, 10)}.`,
        `Make its successor with: ${makeKey(brand)}`,
      );
    // A secret that was rotated within the year has an overlap end within it.
    const renewed = key.previousUntil && key.previousUntil > old;
    if (!key.expiresAt && !renewed && key.createdAt < old)
      return yellow(
        'API keys',
        `${name} has had the same secret for more than a year.`,
        `Give it a new one with: clientele keys rotate ${JSON.stringify(key.name)} --brand ${JSON.stringify(brand.name)}`,
      );
    return [];
  });
}
