import type { BrandId } from '../../domain/ids.ts';

/** A fault of one brand's audit trail. */
export abstract class TrailFault extends Error {
  readonly brandId: BrandId;
  constructor(brandId: BrandId, sentences: string) {
    super(sentences);
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
  constructor(brandId: BrandId, what: string, version: number) {
    super(
      brandId,
      `The audit trail of brand ${brandId} waits: ${what} was written under version ${version} of the root key, which is not on this machine. Bring the root key with all of its versions to this machine (docs/rotation.md). If there is no such version, the service did not write it: see docs/audit.md.`,
    );
  }
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
  constructor(brandId: BrandId, arrived: string) {
    super(brandId, `The row ${arrived} of journal, brand ${brandId}, was not written by the service.`);
  }
}
