import type { Input } from '../../contract/operation.ts';
import type { Contract } from '../../contract/table.ts';
import { Refusal } from '../../domain/errors.ts';
import type { KeyIdentity } from '../../domain/ids.ts';
import { isOfAnother, keyOverlapHours, mostKeys, partyIdOf } from '../../domain/keys/api-key.ts';
import { invalidField } from '../../domain/problems.ts';
import type { Scope } from '../../domain/scopes.ts';
import { asciiJson, normalForm } from '../../domain/text.ts';
import type { Instant } from '../../domain/time.ts';
import { plusSeconds, withOffset } from '../../domain/time.ts';
import type { ApiKey, KeyUse, StoredApiKey } from '../../store/brands/api-keys.ts';
import { changeKey, countKeys, insertKey, keyUses } from '../../store/brands/api-keys.ts';
import { isCidr } from '../networks.ts';
import type { Principal } from '../principal.ts';
import { digestSecret } from '../principal.ts';
import { proveKey } from '../proofs.ts';
import { requireDone } from '../retry.ts';
import type { Answer, Context } from '../system.ts';
import { expiryOf, keysOf, networkList, newSecret, storedKey } from './api-keys.ts';

// API keys, managed by operations of the API. A caller who makes a key or rotates it has its secret. So nobody
// gets a key that can do more than they can, or that counts as another person.

/** Answers a key with its own facts. Any other identity answers not found, whether or not it exists. */
export async function verifyKey(context: Context, { params }: Input<Contract['verifyKey']>): Promise<Answer> {
  const { principal, system } = context;
  if (principal.session || params.identity !== principal.identity) throw new Refusal('not_found');
  return {
    status: 200,
    body: asciiJson({
      identity: principal.identity,
      name: principal.keyName,
      bond_brand_id: principal.brandId,
      brand: principal.brandName,
      scopes: [...principal.scopes],
      environment: system.environment,
      date_created: withOffset(principal.createdAt),
      ...(principal.expiresAt && { date_expires: withOffset(principal.expiresAt) }),
    }),
  };
}

export async function listKeys({ system, scope }: Context): Promise<Answer> {
  const [keys, uses] = await Promise.all([keysOf(system, scope.brandId), keyUses(scope)]);
  return { status: 200, body: asciiJson({ data: keys.map((key) => shown(key, uses.get(key.identity))) }) };
}

export async function createKey(context: Context, { body }: Input<Contract['createKey']>): Promise<Answer> {
  const { system, principal, scope, keyring, now } = context;
  requireOwnScopes(principal, body.scopes);
  if ((await countKeys(scope)) >= mostKeys) throw new Refusal('key_budget');
  const authorization = newSecret(system);
  const key = proveKey(keyring, {
    identity: system.newId<'key'>(),
    name: normalForm(body.name),
    scopes: [...new Set(body.scopes)],
    createdAt: now,
    expiresAt: expiryWithin(context, body),
    revokedAt: undefined,
    disabledAt: undefined,
    previousUntil: undefined,
    owner: principal.owner,
    networks: networksWithin(principal, body.networks),
    createdBy: partyIdOf(principal),
    rotatedBy: undefined,
    version: 1,
    digest: digestSecret(authorization),
    previousDigest: undefined,
  });
  const journal = context.journal({
    facts: { key: key.identity, scopes: key.scopes, record_version: key.version },
  });
  const outcome = await insertKey(scope, key, journal, context.claim?.(answerOf(201, key), undefined));
  if (outcome === 'taken') throw new Refusal('key_dup');
  requireDone(outcome);
  return answerOf(201, key, authorization);
}

export async function rotateKey(
  context: Context,
  { params, body }: Input<Contract['rotateKey']>,
): Promise<Answer> {
  const { system, principal, keyring, now } = context;
  const stored = await requireKey(context, params.identity);
  if (stored.revokedAt) throw new Refusal('key_revoked');
  requireOwnScopes(principal, stored.scopes);
  if (isOfAnother(stored, principal)) throw new Refusal('key_person');
  requireWithin(principal, stored);
  const authorization = newSecret(system);
  const hours = body.overlap_hours ?? keyOverlapHours.usual;
  const next = proveKey(keyring, {
    ...stored,
    digest: digestSecret(authorization),
    previousDigest: stored.digest,
    previousUntil: plusSeconds(now, Math.round(hours * 3_600)),
    rotatedBy: partyIdOf(principal),
    version: stored.version + 1,
  });
  await write(context, next, { overlap_hours: hours });
  return answerOf(200, next, authorization);
}

export async function revokeKey(context: Context, { params }: Input<Contract['revokeKey']>): Promise<Answer> {
  const stored = await requireKey(context, params.identity);
  const next = proveKey(context.keyring, {
    ...stored,
    revokedAt: stored.revokedAt ?? context.now,
    version: stored.version + 1,
  });
  await write(context, next);
  return answerOf(200, next);
}

async function requireKey({ system, scope }: Context, identity: KeyIdentity): Promise<StoredApiKey> {
  const key = await storedKey(system, scope.brandId, identity);
  if (!key) throw new Refusal('key_dne');
  return key;
}

/** A repeat under an Idempotency-Key shows no secret. */
async function write(context: Context, next: StoredApiKey, facts: { overlap_hours?: number } = {}) {
  const journal = context.journal({
    facts: { key: next.identity, ...facts, record_version: next.version },
  });
  const claim = context.claim?.(answerOf(200, next), undefined);
  requireDone(await changeKey(context.scope, next, journal, claim));
}

/** @throws Refusal `scope_err` where the caller lacks one of these scopes. */
function requireOwnScopes(principal: Principal, scopes: readonly Scope[]): void {
  const lacking = scopes.filter((scope) => !principal.scopes.has(scope));
  if (lacking.length > 0)
    throw new Refusal('scope_err', `Nobody gets a key with a scope that they lack: ${lacking.join(', ')}.`);
}

/** Who rotates a key has its secret: it must not last longer, nor reach further, than their own. */
function requireWithin({ identity, expiresAt, networks }: Principal, key: ApiKey): void {
  if (key.identity === identity) return;
  const lastsLonger = expiresAt !== undefined && (key.expiresAt === undefined || key.expiresAt > expiresAt);
  const reachesFurther =
    networks.length > 0 &&
    (key.networks.length === 0 || !key.networks.every((one) => networks.includes(one)));
  if (lastsLonger || reachesFurther)
    throw new Refusal(
      'scope_err',
      'The key lasts longer, or may be used from more networks, than the caller.',
    );
}

interface WantedEnd {
  readonly expires_days?: number;
  readonly no_expiry?: true;
}

/** When the key expires: not after the key that makes it. */
function expiryWithin({ system, principal, now }: Context, wanted: WantedEnd): Instant | undefined {
  const days = wanted.no_expiry ? 'never' : wanted.expires_days;
  const end = expiryOf(system, { days }, now);
  const { expiresAt: most } = principal;
  if (most === undefined || (end !== undefined && end <= most)) return end;
  if (days === undefined) return most;
  throw invalidField(
    wanted.no_expiry ? 'no_expiry' : 'expires_days',
    'The key would be valid longer than the key that makes it. Choose fewer days.',
  );
}

/** From where the key may be used: from no other networks than the key that makes it. */
function networksWithin(principal: Principal, wanted: readonly string[] | undefined): readonly string[] {
  if (wanted === undefined) return principal.networks;
  if (!wanted.every(isCidr))
    throw invalidField('networks', 'Each network is a CIDR such as 10.1.0.0/16 or 192.0.2.7/32.');
  const networks = networkList(wanted);
  const isWithin =
    principal.networks.length === 0 || networks.every((one) => principal.networks.includes(one));
  if (isWithin && (networks.length > 0 || principal.networks.length === 0)) return networks;
  throw invalidField('networks', 'Send some of the networks of the key that makes it, or leave them out.');
}

const answerOf = (status: 200 | 201, key: ApiKey, authorization?: string): Answer => ({
  status,
  body: asciiJson({ ...shown(key), ...(authorization !== undefined && { authorization }) }),
});

function shown(key: ApiKey, use?: KeyUse) {
  const time = (name: string, at: Instant | undefined) => at && { [name]: withOffset(at) };
  return {
    identity: key.identity,
    name: key.name,
    scopes: key.scopes,
    ...(key.owner !== undefined && { owner: key.owner }),
    ...(key.networks.length > 0 && { networks: key.networks }),
    ...(key.createdBy !== undefined && { created_by: key.createdBy }),
    ...(key.rotatedBy !== undefined && { rotated_by: key.rotatedBy }),
    date_created: withOffset(key.createdAt),
    ...time('date_expires', key.expiresAt),
    ...time('date_revoked', key.revokedAt),
    ...time('date_disabled', key.disabledAt),
    ...time('date_previous_secret_ends', key.previousUntil),
    ...(use && { date_last_used: withOffset(use.usedAt), last_used_from: use.usedFrom }),
  };
}
