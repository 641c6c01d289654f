import type { Input } from '../../../contract/operation.ts';
import type { Contract } from '../../../contract/table.ts';
import { Refusal } from '../../../domain/errors.ts';
import { sealContext } from '../../../domain/sealed-columns.ts';
import { asciiJson } from '../../../domain/text.ts';
import { withOffset } from '../../../domain/time.ts';
import type { StoredCheck } from '../../../store/audit/checks.ts';
import { changeCheck, putCheck, readCheck } from '../../../store/audit/checks.ts';
import { claimCheck } from '../../../store/audit/checks-due.ts';
import { trailCheckpoints, trailEntries } from '../../../store/audit/trail.ts';
import { keepClaim } from '../../../store/idempotency-claim.ts';
import type { BrandScope } from '../../../store/scope.ts';
import type { Keyring } from '../../../vault/vault.ts';
import { VaultError } from '../../../vault/vault.ts';
import { withFreshKeyring } from '../../keyrings.ts';
import { requireDone, retryOnConflict } from '../../retry.ts';
import type { Answer, Context, System } from '../../system.ts';
import { scopeOf } from '../../system.ts';
import { firstPreviousHash } from '../chain.ts';
import { requireGenuineCheckpoint, requireOwnEnd } from '../checkpoints.ts';
import { BrokenTrail, TrailWalk } from '../file.ts';
import { faultOfTrail, judged, TrailFault, WaitingTrail } from '../foreign.ts';

// A check of the whole audit trail that a person asks for: every entry from the first, and every signature over them.

type Unproven = Omit<StoredCheck, 'proof'>;

const checkContext = (check: Unproven) =>
  sealContext('audit_checks.proof', {
    check_id: check.checkId,
    state: check.state,
    requested_at: check.requestedAt,
    checked: check.checked,
    entries: check.entries,
    broken_at: check.brokenAt,
    hash: check.hash,
    key: check.key,
    finished_at: check.finishedAt,
  });

const prove = (keyring: Keyring, check: Unproven): StoredCheck => ({
  ...check,
  proof: keyring.seal(checkContext(check), ''),
});

/** The last check of the brand. @throws VaultError where it was altered. */
async function lastCheck(system: System, scope: BrandScope): Promise<StoredCheck | undefined> {
  const check = await readCheck(scope);
  if (check) await requireProven(system, scope, check);
  return check;
}

async function requireProven(system: System, { brandId }: BrandScope, check: StoredCheck): Promise<void> {
  await withFreshKeyring(system.keyrings, await system.keyrings.of(brandId), (one) =>
    one.open(checkContext(check), check.proof),
  );
}

function isNotProven(error: unknown): boolean {
  if (error instanceof VaultError) return false;
  throw error;
}

const isUnderWay = ({ state }: StoredCheck): boolean => state === 'waiting' || state === 'running';

/** Asks for a check. While one is under way, that is the answer. */
export async function startAuditCheck(
  context: Context,
  _input: Input<Contract['startAuditCheck']>,
): Promise<Answer> {
  const { system, scope, keyring, now } = context;
  const last = await readCheck(scope);
  // An altered one is not believed, and another check takes its place.
  const isProven = last && (await requireProven(system, scope, last).then(() => true, isNotProven));
  if (isProven && isUnderWay(last)) {
    const running: Answer = { status: 201, body: shown(last) };
    if (context.claim) requireDone(await keepClaim(scope, context.claim(running, undefined)));
    return running;
  }
  const next = prove(keyring, {
    checkId: system.newId<'audit check'>(),
    state: 'waiting',
    requestedAt: now,
    checked: 0,
    entries: 0,
    brokenAt: undefined,
    hash: undefined,
    key: undefined,
    finishedAt: undefined,
  });
  const answer: Answer = { status: 201, body: shown(next) };
  const journal = context.journal({});
  requireDone(await putCheck(scope, last, next, journal, context.claim?.(answer, undefined)));
  return answer;
}

export async function getAuditCheck({ system, scope }: Context): Promise<Answer> {
  const check = await lastCheck(system, scope);
  if (!check) throw new Refusal('check_dne');
  return { status: 200, body: shown(check) };
}

const shown = (check: Unproven): string =>
  asciiJson({
    state: check.state,
    checked: check.checked,
    of: check.entries,
    ...(check.brokenAt !== undefined && { broken_at: check.brokenAt }),
    ...(check.hash !== undefined && { hash: check.hash }),
    ...(check.key !== undefined && { key: check.key }),
    date_requested: withOffset(check.requestedAt),
    ...(check.finishedAt && { date_finished: withOffset(check.finishedAt) }),
  });

/** Entries that are read at once, and after how many the progress is stored. */
const batch = 1_000;
const storedEvery = 20_000;

/** Does the check that waits longest, of any brand. False: none waits. */
export async function runNextCheck(system: System): Promise<boolean> {
  const brandId = await claimCheck(system.db, system.now());
  if (brandId === undefined) return false;
  const scope = scopeOf(system, brandId);
  const check = await lastCheck(system, scope);
  if (check && isUnderWay(check)) await follow(system, scope, check);
  return true;
}

async function follow(system: System, scope: BrandScope, check: StoredCheck): Promise<void> {
  const { brandId } = scope;
  const walk = new TrailWalk(0, firstPreviousHash(brandId));
  let entries = 0;
  const store = (more: Partial<Unproven>) =>
    retryOnConflict(system.keyrings, brandId, (keyring) => {
      const now = system.now();
      const { proof: _, ...last } = check;
      const key = system.vault.signer.key;
      const next = { ...last, state: 'running' as const, checked: walk.number, entries, key, ...more };
      return changeCheck(scope, prove(keyring, next), now);
    });
  const finishedAt = () => system.now();
  try {
    const end = await requireOwnEnd(system, scope);
    entries = end?.number ?? 0;
    if (!(await store({}))) return;
    for (let stored = 0; walk.number < entries; ) {
      await followBatch(system, scope, walk, entries);
      if (walk.number - stored < storedEvery) continue;
      stored = walk.number;
      if (!(await store({}))) return;
    }
    if (end && walk.hash !== end.hash)
      throw new BrokenTrail(`Entry ${end.number} of the audit trail is not the one that ended it.`);
    await store({ state: 'intact', hash: walk.hash, finishedAt: finishedAt() });
  } catch (error) {
    const fault =
      error instanceof BrokenTrail ? error : await judged(system.db, faultOfTrail(brandId, error));
    if (!(fault instanceof BrokenTrail || fault instanceof TrailFault) || fault instanceof WaitingTrail)
      throw fault;
    const brokenAt = Math.min(walk.number + 1, Math.max(entries, 1));
    await store({ state: 'broken', brokenAt, finishedAt: finishedAt() });
    system.security.alarm(brandId, 'startAuditCheck');
  }
}

/** @throws BrokenTrail, or ForeignTrail for a checkpoint that no key of the installation signed. */
async function followBatch(system: System, scope: BrandScope, walk: TrailWalk, end: number): Promise<void> {
  const upTo = Math.min(walk.number + batch, end);
  const [entries, checkpoints] = await Promise.all([
    trailEntries(scope, walk.number, upTo, batch),
    trailCheckpoints(scope, walk.number, upTo),
  ]);
  const signed = new Map(checkpoints.map((checkpoint) => [checkpoint.number, checkpoint]));
  for (const entry of entries) {
    walk.follow(entry);
    const checkpoint = signed.get(entry.number);
    if (!checkpoint) continue;
    requireGenuineCheckpoint(system, checkpoint);
    walk.requireFits(checkpoint);
  }
  if (walk.number !== upTo) throw new BrokenTrail(`Entry ${walk.number + 1} of the audit trail is missing.`);
}
