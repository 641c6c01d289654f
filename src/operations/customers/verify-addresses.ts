import type { Address, AddressFields } from '../../domain/customers/address.ts';
import { sameFields, withVerdict } from '../../domain/customers/address.ts';
import type { Profile } from '../../domain/customers/customer.ts';
import type { BrandId, CustomerId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/time.ts';
import { plusSeconds } from '../../domain/time.ts';
import type { AddressFinding } from '../../providers/address.ts';
import { isRetryable } from '../../providers/address.ts';
import { changeCustomer } from '../../store/customers/writes.ts';
import { inBackground } from '../background.ts';
import { requireDone } from '../retry.ts';
import type { ChangeContext, System } from '../system.ts';
import { needsVerdict, verdictOf } from './address-verdicts.ts';
import type { UnsealedForChange } from './change.ts';
import { nextRow, readUnsealed, sealChange } from './change.ts';

/** Seconds before each retry of a vendor that could not answer. After the last one there is no retry. */
const pauses = [5, 30, 300, 3_600, 21_600, 86_400] as const;

const operation = 'verifyAddresses';

interface LookedUp {
  readonly address: Address;
  readonly finding: AddressFinding;
}

/**
 * Looks up the addresses of one customer that still have no verdict, and writes the verdicts. Each address is
 * looked up once, however often the write is retried, because a look-up may cost money. The call holds no lock, and
 * a verdict is dropped if its address has changed since. Addresses without an answer are postponed.
 */
export async function verifyAddresses(system: System, brandId: BrandId, id: CustomerId): Promise<void> {
  const before = await inBackground(system, brandId, operation, (context) => readUnsealed(context, id));
  if (!before) return;
  const open = before.profile.addresses.filter((address) => needsVerdict(system, address));
  const lookedUp = await Promise.all(
    open.map(async (address) => ({ address, finding: await system.verifier.verify(address) })),
  );
  await inBackground(system, brandId, operation, async (context) => {
    const present = await readUnsealed(context, id);
    if (present) await writeVerdicts(context, present, lookedUp);
  });
}

/** @throws ConflictError if the customer has changed. */
async function writeVerdicts(
  context: ChangeContext,
  { row, profile, profileText }: UnsealedForChange,
  lookedUp: readonly LookedUp[],
): Promise<void> {
  const { system, scope, now } = context;
  const id = row.head.customer_id;
  const addresses = profile.addresses.map((address) => withFinding(address, lookedUp));
  const next = { ...profile, addresses };
  const verify = nextTry(system, next, lookedUp, row.verifyTries, now);
  if (addresses.every((address, index) => address === profile.addresses[index])) {
    const change = nextRow(context, row, profileText, {});
    return requireDone(await changeCustomer(scope, { ...change, verify }, []));
  }
  const fields = ['addresses'] as const;
  const { change, digests } = await sealChange(
    context,
    { row, profile },
    { profile: next, ssn: undefined, fields },
  );
  const event = { type: 'customer.updated' } as const;
  const facts = { record_version: row.version + 1 };
  const journal = context.journal({ customerId: id, event, fields, digests, facts });
  requireDone(await changeCustomer(scope, { ...change, verify }, [journal]));
}

function withFinding(address: Address, lookedUp: readonly LookedUp[]): Address {
  const match = lookedUp.find(
    (one) => one.address.address_id === address.address_id && sameFields(one.address, address),
  );
  const verdict = match && verdictOf(match.finding);
  return verdict === undefined || address.deliverability !== undefined
    ? address
    : withVerdict(address, verdict);
}

/** When to retry, if an address still has no verdict and the vendor's answer allows a retry. */
function nextTry(
  system: System,
  profile: Profile,
  lookedUp: readonly LookedUp[],
  tries: number,
  now: Instant,
) {
  const isNew = (address: AddressFields) => !lookedUp.some((one) => sameFields(one.address, address));
  const open = profile.addresses.filter((address) => needsVerdict(system, address));
  if (open.some(isNew)) return { at: now, tries: 0 };
  const again = lookedUp.flatMap(({ finding, address }) =>
    finding.kind === 'unknown' && isRetryable(finding) && open.some((one) => sameFields(one, address))
      ? [finding.retryAfterSeconds ?? 0]
      : [],
  );
  const pause = pauses[tries];
  if (again.length === 0 || pause === undefined) return { at: undefined, tries: 0 };
  return { at: plusSeconds(now, Math.max(pause, ...again)), tries: tries + 1 };
}
