import type { BrandId } from '../../domain/ids.ts';
import { OperatorError } from '../../domain/operator-error.ts';
import { mayBeInUse } from '../../store/brands/root-versions.ts';
import type { Connection } from '../../store/connection/database.ts';
import { isServerError, isUnavailable } from '../../store/connection/outage.ts';
import { VaultError } from '../../vault/vault-error.ts';

/** A fault of one brand's audit trail. */
export abstract class TrailFault extends Error {
  readonly brandId: BrandId;
  constructor(brandId: BrandId, sentences: string, cause?: unknown) {
    super(sentences, cause === undefined ? undefined : { cause });
    this.brandId = brandId;
  }
}

/** The audit trail of a brand is not continued and not signed here. */
export abstract class StoppedTrail extends TrailFault {}

const keepIt = 'Keep the database unchanged, and see docs/audit.md.';

/** The stored audit trail is not the one that the service wrote. */
export class ForeignTrail extends StoppedTrail {
  override readonly name = 'ForeignTrail';
  constructor(brandId: BrandId, problem: string, nextStep = keepIt) {
    super(brandId, `The audit trail of brand ${brandId} is not signed: ${problem} ${nextStep}`);
  }
}

/**
 * The audit trail goes on under a version of the root key that this machine does not have. Nothing is known to be wrong:
 * a machine with that version continues the trail, and so does this one as soon as it has it.
 */
export class WaitingTrail extends StoppedTrail {
  override readonly name = 'WaitingTrail';
  readonly what: string;
  readonly version: number;
  constructor(brandId: BrandId, what: string, version: number) {
    super(
      brandId,
      `The audit trail of brand ${brandId} waits: ${what} was written under version ${version} of the root key, which is not on this machine. Bring the root key with all of its versions to this machine (docs/rotation.md). If there is no such version, the service did not write it: see docs/audit.md.`,
    );
    this.what = what;
    this.version = version;
  }
}

/**
 * The audit trail waits for a version of the root key that the installation has not put in use and that is not its next one.
 * Most likely the service did not write what names it.
 */
class UnknownVersionTrail extends StoppedTrail {
  override readonly name = 'UnknownVersionTrail';
  constructor({ brandId, what, version }: WaitingTrail) {
    super(
      brandId,
      `The audit trail of brand ${brandId} is stopped: ${what} names version ${version} of the root key, and the installation has no such version in use. If you are replacing the root key, bring it to this machine and finish (docs/rotation.md). Otherwise the service did not write it: see docs/audit.md.`,
    );
  }
}

/** A row of a trail holds a value that cannot be read, such as a time that is infinite. The service writes none. */
class UnreadableTrail extends StoppedTrail {
  override readonly name = 'UnreadableTrail';
  constructor(brandId: BrandId, cause: unknown) {
    super(brandId, `The audit trail of brand ${brandId} cannot be read or continued. ${keepIt}`, cause);
  }
}

/**
 * An error that came up in the work on one brand's trail, to be reported as a fault of this trail, so that the other
 * brands go on. What PostgreSQL refused stays as it is: it says nothing about who wrote the trail.
 *
 * @throws the error itself, where it concerns every brand: the database, the root keys or the anchor file.
 */
export function faultOfTrail(brandId: BrandId, error: unknown): Error {
  if (isUnavailable(error) || error instanceof OperatorError || error instanceof VaultError) throw error;
  if (error instanceof TrailFault || (error instanceof Error && isServerError(error))) return error;
  return new UnreadableTrail(brandId, error);
}

/**
 * The same fault. A trail that waits for a version of the root key which the installation cannot have used is told apart
 * from one that waits because this machine lacks the version.
 */
export async function judged(db: Connection, fault: Error): Promise<Error> {
  if (!(fault instanceof WaitingTrail)) return fault;
  return (await mayBeInUse(db, fault.version)) ? fault : new UnknownVersionTrail(fault);
}

/** A trail that ends before what was signed: entries were removed, or an older backup was restored. */
export const shortened = (brandId: BrandId, problem: string): ForeignTrail =>
  new ForeignTrail(
    brandId,
    problem,
    `If you restored an older backup, run: clientele accept-restore --brand ${brandId}. Otherwise keep the database unchanged, and see docs/audit.md.`,
  );

/** A trail whose end has no proof: an older database was put back beside a newer anchor file. */
export const unproven = (brandId: BrandId, problem: string): ForeignTrail =>
  new ForeignTrail(
    brandId,
    problem,
    `If you put back a database of that time, run: clientele accept-restore --brand ${brandId}. Otherwise keep the database unchanged, and see docs/audit.md.`,
  );

/** A trail with an entry or an event after its end. */
export const continued = (brandId: BrandId): ForeignTrail =>
  new ForeignTrail(brandId, 'an entry or an event follows its end, and was not written by the service.');

/** A row of the outbox that the service did not write. It stays there, outside of the audit trail. */
export class UnprovenRow extends TrailFault {
  override readonly name = 'UnprovenRow';
  constructor(brandId: BrandId, arrived: string, cause?: unknown) {
    super(brandId, `The row ${arrived} of journal, brand ${brandId}, was not written by the service.`, cause);
  }
}
