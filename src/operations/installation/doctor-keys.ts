import { newestIndexForm } from '../../domain/customers/index-forms.ts';
import type { BrandId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/time.ts';
import { plusSeconds } from '../../domain/time.ts';
import type { StoredKey } from '../../store/brands/brand-keys.ts';
import { keyVersions } from '../../store/brands/brand-keys.ts';
import type { Brand } from '../../store/brands/brands.ts';
import { listBrands } from '../../store/brands/brands.ts';
import { rootVersions } from '../../store/brands/root-versions.ts';
import type { Database } from '../../store/connection/database.ts';
import type { KeyUse } from '../../store/rotation/rotation.ts';
import { countOlderKeyUses } from '../../store/rotation/rotation.ts';
import type { Keyring, Vault } from '../../vault/vault.ts';
import { openedOrNothing } from '../../vault/vault.ts';
import { isPastBackupHorizon } from '../rotation/root-rotation.ts';
import type { Installed } from './doctor-environment.ts';
import type { Finding } from './finding.ts';
import { examineEach, green, yellow } from './finding.ts';

// Checks the age of keys and the use of older versions.

const daySeconds = 86_400;
const check = 'key rotation';

/** Checks the keys of the brands, and what still needs an older version. */
export async function examineBrandKeys(
  { now, rotateDays }: Installed,
  database: Database,
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  const failed = await examineEach(check, await listBrands(database), async (brand) => {
    const scope = { brandId: brand.brandId, db: database };
    const versions = await keyVersions(scope);
    for (const kind of ['brand', 'index'] as const) {
      const ours = versions.filter((one) => one.kind === kind);
      const newest = ours.at(-1);
      if (!newest) continue;
      if (ours.length > 1) {
        const uses = await countOlderKeyUses(scope, kind, newest.version, now());
        findings.push(keyInUse(brand, kind, uses));
      } else if (kind === 'index' && newest.indexForm < newestIndexForm) {
        findings.push(
          yellow(
            check,
            `The index values of ${brand.name} have the forms of an older version, so some spellings are not found.`,
            `A running server makes them again; or do it now with: ${command(kind, brand)}`,
          ),
        );
      } else if (isOverdue(newest.since, rotateDays, now())) {
        findings.push(
          yellow(
            check,
            `The ${kind} key of ${brand.name} is from ${newest.since.slice(0, 10)}, but keys are replaced every ${rotateDays} days.`,
            `A running server replaces it; or do it now with: ${command(kind, brand)}`,
          ),
        );
      }
    }
  });
  findings.push(...failed);
  return findings.length > 0 ? findings : [green(check, 'Every brand has one version of each of its keys.')];
}

/** One day late means that the server was down; twice the interval means that no server rotates keys. */
const isOverdue = (since: Instant, rotateDays: number, now: Instant): boolean =>
  rotateDays > 0 && plusSeconds(since, 2 * rotateDays * daySeconds) < now;

const command = (kind: 'brand' | 'index', brand: Brand): string =>
  `clientele rotate ${kind}-key --brand ${JSON.stringify(brand.name)}`;

function keyInUse(brand: Brand, kind: 'brand' | 'index', uses: readonly KeyUse[]): Finding {
  const needs = uses.map(({ where, count }) => `${count} in ${where}`).join(', ');
  const explanation = `The ${kind} key of ${brand.name} is being replaced; the previous version is still needed (${needs || 'by nothing'}).`;
  const last = uses
    .flatMap(({ until }) => until ?? [])
    .sort()
    .at(-1);
  if (last !== undefined && uses.every(({ until }) => until !== undefined))
    return green(
      check,
      `${explanation} It is destroyed when idempotency keys have expired, at ${last.slice(0, 16)} UTC.`,
    );
  return yellow(
    check,
    explanation,
    `A running server finishes it; or do it now with: ${command(kind, brand)}`,
  );
}

/** Checks the versions of the root key: the active one, a prepared one, and those due for destruction. */
export async function examineRootVersions(
  { now, rotateDays, backupHorizonDays, rootKeyLocation }: Installed,
  database: Database,
  vault: Vault,
): Promise<readonly Finding[]> {
  const rootCheck = 'root key rotation';
  const versions = await rootVersions(database);
  const current = versions.at(-1);
  if (!current) return [];
  const rotate = 'clientele rotate root-key';
  const findings: Finding[] = [];
  if (vault.rootVersion > current.version)
    findings.push(
      yellow(
        rootCheck,
        `Version ${vault.rootVersion} of the root key is available but not in use yet.`,
        `Copy it to every machine that runs Clientele, then activate it with: ${rotate}`,
      ),
    );
  else if (rootKeyLocation.kind !== 'own' && isOverdue(current.since, rotateDays / 2, now()))
    findings.push(
      yellow(
        rootCheck,
        `The root key is from ${current.since.slice(0, 10)}, and you have to replace it.`,
        `For instructions run: ${rotate}`,
      ),
    );
  for (const version of versions.slice(0, -1)) {
    if (version.keys > 0)
      findings.push(
        yellow(
          rootCheck,
          `Version ${version.version} of the root key still wraps ${version.keys} keys.`,
          `A running server finishes it; or do it now with: ${rotate}`,
        ),
      );
    else if (
      isPastBackupHorizon(version, { backupHorizonDays }, now()) &&
      vault.rootVersions.includes(version.version)
    )
      findings.push(
        yellow(
          rootCheck,
          `Version ${version.version} of the root key is needed only by backups from before ${version.retiredAt?.slice(0, 10)}.`,
          rootKeyLocation.kind === 'own'
            ? 'A running server destroys it within a minute.'
            : 'Destroy it: remove it from every place and copy of the root key.',
        ),
      );
  }
  if (findings.length > 0) return findings;
  const kept = versions.slice(0, -1).map(({ version }) => version);
  const older = kept.length === 0 ? '' : ` Version ${kept.join(' and ')} is kept for backups.`;
  return [
    green(rootCheck, `Version ${current.version} is in use since ${current.since.slice(0, 10)}.${older}`),
  ];
}

/** The keyring of a brand for a check that reads its records; `undefined` where its keys do not open. */
export const readableKeyring = (
  vault: Vault,
  brandId: BrandId,
  keys: readonly StoredKey[],
): Keyring | undefined => openedOrNothing(() => vault.keyring(brandId, keys));
