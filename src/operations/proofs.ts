import type { BrandId } from '../domain/ids.ts';
import type { SealContext } from '../domain/sealed-columns.ts';
import { sealContext } from '../domain/sealed-columns.ts';
import type { StoredApiKey } from '../store/brands/api-keys.ts';
import type { StoredSettings } from '../store/brands/settings.ts';
import { readSettings } from '../store/brands/settings.ts';
import type { Database } from '../store/connection/database.ts';
import type { StoredProgramChange } from '../store/kyc/program-changes.ts';
import type { ProvenProgram, StoredProgram } from '../store/kyc/programs.ts';
import type { StoredOperator } from '../store/operators/accounts.ts';
import type { StoredChallenge, StoredPasskey } from '../store/operators/passkeys.ts';
import type { StoredRoles } from '../store/operators/roles.ts';
import type { StoredLink, StoredSession } from '../store/operators/sessions.ts';
import type { StoredPolicy } from '../store/retention/policies.ts';
import type { Keyring, MacUse, Vault } from '../vault/vault.ts';
import { UnknownRootVersion, VaultError } from '../vault/vault.ts';
import type { Keyrings } from './keyrings.ts';
import { withFreshKeyring } from './keyrings.ts';

// The rows of a brand itself that decide something. Each has a proof: a record of no text that is bound to all of the
// row's columns. A writer of the table without the key can neither make such a row nor change one.

const keyContext = (key: Omit<StoredApiKey, 'proof'>): SealContext =>
  sealContext('api_keys.proof', {
    identity: key.identity,
    version: key.version,
    name: key.name,
    scopes: key.scopes,
    digest: key.digest.toString('hex'),
    previous_digest: key.previousDigest?.toString('hex'),
    previous_until: key.previousUntil,
    created_at: key.createdAt,
    expires_at: key.expiresAt,
    revoked_at: key.revokedAt,
    owner: key.owner,
    networks: key.networks,
    disabled_at: key.disabledAt,
    created_by: key.createdBy,
    rotated_by: key.rotatedBy,
  });

const programContext = (program: Omit<ProvenProgram, 'proof'>): SealContext =>
  sealContext('programs.proof', {
    program_id: program.programId,
    name: program.name,
    provider: program.provider,
    settings_seal: program.settingsSeal,
    created_at: program.createdAt,
  });

const programChangeContext = (change: Omit<StoredProgramChange, 'proof'>): SealContext =>
  sealContext('program_changes.proof', {
    change_id: change.changeId,
    program_id: change.programId,
    provider: change.provider,
    based_on: change.basedOn,
    proposed_by: change.proposedBy,
    proposed_at: change.proposedAt,
    expires_at: change.expiresAt,
  });

const policyContext = ({ version, policy }: Omit<StoredPolicy, 'proof'>): SealContext =>
  sealContext('retention_policies.proof', {
    version,
    never_verified_days: policy.neverVerifiedDays,
    not_passed_months: policy.notPassedMonths,
    identity_years: policy.identityYears,
    documents_years: policy.documentsYears,
  });

const settingsContext = ({ version, validation }: Omit<StoredSettings, 'proof'>): SealContext =>
  sealContext('brand_settings.proof', { version, validation });

const rolesContext = ({ operatorId, roles, version }: Omit<StoredRoles, 'proof'>): SealContext =>
  sealContext('operator_roles.proof', { operator_id: operatorId, roles, version });

/** The row with the proof of what it says. */
export const proveKey = (keyring: Keyring, key: Omit<StoredApiKey, 'proof'>): StoredApiKey => ({
  ...key,
  proof: keyring.seal(keyContext(key), ''),
});
export const proveProgram = (keyring: Keyring, program: Omit<StoredProgram, 'proof'>): StoredProgram => ({
  ...program,
  proof: keyring.seal(programContext(program), ''),
});
export const proveProgramChange = (
  keyring: Keyring,
  change: Omit<StoredProgramChange, 'proof'>,
): StoredProgramChange => ({ ...change, proof: keyring.seal(programChangeContext(change), '') });
export const provePolicy = (keyring: Keyring, policy: Omit<StoredPolicy, 'proof'>): StoredPolicy => ({
  ...policy,
  proof: keyring.seal(policyContext(policy), ''),
});
export const proveSettings = (keyring: Keyring, settings: Omit<StoredSettings, 'proof'>): StoredSettings => ({
  ...settings,
  proof: keyring.seal(settingsContext(settings), ''),
});
export const proveRoles = (keyring: Keyring, row: Omit<StoredRoles, 'proof'>): StoredRoles => ({
  ...row,
  proof: keyring.seal(rolesContext(row), ''),
});

/** The same row. @throws VaultError where it was altered. */
export function checkKey<Key extends StoredApiKey>(keyring: Keyring, key: Key): Key {
  keyring.open(keyContext(key), key.proof);
  return key;
}
export function checkProgram<Program extends ProvenProgram>(keyring: Keyring, program: Program): Program {
  keyring.open(programContext(program), program.proof);
  return program;
}
export function checkProgramChange(keyring: Keyring, change: StoredProgramChange): StoredProgramChange {
  keyring.open(programChangeContext(change), change.proof);
  return change;
}
export function checkPolicy(keyring: Keyring, policy: StoredPolicy): StoredPolicy {
  keyring.open(policyContext(policy), policy.proof);
  return policy;
}
export function checkSettings(keyring: Keyring, settings: StoredSettings): StoredSettings {
  keyring.open(settingsContext(settings), settings.proof);
  return settings;
}
export function checkRoles(keyring: Keyring, row: StoredRoles): StoredRoles {
  keyring.open(rolesContext(row), row.proof);
  return row;
}

/** What the operator has set for a brand, as it was written. @throws VaultError where the row was altered. */
export async function provenSettings(
  { db, keyrings }: { readonly db: Database; readonly keyrings: Keyrings },
  brandId: BrandId,
): Promise<StoredSettings | undefined> {
  const stored = await readSettings({ brandId, db });
  return (
    stored && withFreshKeyring(keyrings, await keyrings.of(brandId), (one) => checkSettings(one, stored))
  );
}

// The rows of people belong to no brand. A MAC under the root key covers all of their columns.

type MacVault = Pick<Vault, 'isMac' | 'missingVersionOf'>;

/** @throws VaultError where the row was altered; UnknownRootVersion where this machine cannot tell. */
function requireMac(
  vault: MacVault,
  use: MacUse,
  { mac, fields }: { readonly mac: string; readonly fields: readonly string[] },
): void {
  if (vault.isMac(use, fields, mac)) return;
  const missing = vault.missingVersionOf(mac);
  if (missing !== undefined) throw new UnknownRootVersion(missing, `The row of an ${use}`);
  throw new VaultError('unreadable', `The row of an ${use} was altered.`);
}

type Unproven<Row extends { readonly mac: string }> = Omit<Row, 'mac'>;

const operatorFields = (operator: Unproven<StoredOperator>): readonly string[] => [
  operator.operatorId,
  operator.email,
  operator.name,
  operator.password ?? '',
  operator.roles.join(','),
  String(operator.isDemo),
  operator.createdAt,
  operator.disabledAt ?? '',
  String(operator.generation),
  String(operator.version),
  // Rows of versions without passkeys keep their MAC.
  ...(operator.passkeys === 0 ? [] : [String(operator.passkeys)]),
  // Nor does a row without a subject change. No number begins like this.
  ...(operator.subject === undefined ? [] : [`subject ${operator.subject}`]),
];

const sessionFields = (session: Unproven<StoredSession>): readonly string[] => [
  session.digest.toString('hex'),
  session.sessionId,
  session.operatorId,
  String(session.generation),
  String(session.isStrong),
  session.createdAt,
  session.seenAt,
  session.confirmedAt ?? '',
];

const linkFields = (link: Unproven<StoredLink>): readonly string[] => [
  link.digest.toString('hex'),
  link.purpose,
  link.operatorId ?? '',
  String(link.generation),
  link.expiresAt,
];

const passkeyFields = (passkey: Unproven<StoredPasskey>): readonly string[] => [
  passkey.passkeyId,
  passkey.credentialId,
  passkey.operatorId,
  String(passkey.generation),
  passkey.name,
  passkey.publicKey.toString('hex'),
  String(passkey.counter),
  passkey.transports.join(','),
  passkey.rpId,
  passkey.createdAt,
  passkey.usedAt ?? '',
];

const challengeFields = ({ digest, expiresAt }: Unproven<StoredChallenge>): readonly string[] => [
  digest.toString('hex'),
  expiresAt,
];

export const proveOperator = (vault: Pick<Vault, 'mac'>, row: Unproven<StoredOperator>): StoredOperator => ({
  ...row,
  mac: vault.mac('operator', operatorFields(row)),
});
export const proveSession = (vault: Pick<Vault, 'mac'>, row: Unproven<StoredSession>): StoredSession => ({
  ...row,
  mac: vault.mac('operator session', sessionFields(row)),
});
export const proveLink = (vault: Pick<Vault, 'mac'>, row: Unproven<StoredLink>): StoredLink => ({
  ...row,
  mac: vault.mac('operator link', linkFields(row)),
});

export const provePasskey = (vault: Pick<Vault, 'mac'>, row: Unproven<StoredPasskey>): StoredPasskey => ({
  ...row,
  mac: vault.mac('operator passkey', passkeyFields(row)),
});
export const proveChallenge = (
  vault: Pick<Vault, 'mac'>,
  row: Unproven<StoredChallenge>,
): StoredChallenge => ({ ...row, mac: vault.mac('operator challenge', challengeFields(row)) });

/** The same row. @throws VaultError where it was altered. */
export function checkOperator<Row extends StoredOperator>(vault: MacVault, row: Row): Row {
  requireMac(vault, 'operator', { mac: row.mac, fields: operatorFields(row) });
  return row;
}
export function checkSession(vault: MacVault, row: StoredSession): StoredSession {
  requireMac(vault, 'operator session', { mac: row.mac, fields: sessionFields(row) });
  return row;
}
export function checkLink(vault: MacVault, row: StoredLink): StoredLink {
  requireMac(vault, 'operator link', { mac: row.mac, fields: linkFields(row) });
  return row;
}
export function checkPasskey(vault: MacVault, row: StoredPasskey): StoredPasskey {
  requireMac(vault, 'operator passkey', { mac: row.mac, fields: passkeyFields(row) });
  return row;
}
export function checkChallenge(vault: MacVault, row: StoredChallenge): StoredChallenge {
  requireMac(vault, 'operator challenge', { mac: row.mac, fields: challengeFields(row) });
  return row;
}
