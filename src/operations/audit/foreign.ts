import type { BrandId } from '../../domain/ids.ts';

/** What is stored of an audit trail is not what the service wrote. */
export abstract class TrailFault extends Error {
  readonly brandId: BrandId;
  constructor(brandId: BrandId, sentences: string) {
    super(sentences);
    this.brandId = brandId;
  }
}

const keepIt = 'Keep the database unchanged, and see docs/audit.md.';

/** The stored audit trail is not the one that the service wrote. It is not continued and not signed. */
export class ForeignTrail extends TrailFault {
  override readonly name = 'ForeignTrail';
  constructor(brandId: BrandId, problem: string, nextStep = keepIt) {
    super(brandId, `The audit trail of brand ${brandId} is not signed: ${problem} ${nextStep}`);
  }
}

/** A trail that ends before what was signed: entries were removed, or an older backup was restored. */
export const shortened = (brandId: BrandId, problem: string): ForeignTrail =>
  new ForeignTrail(
    brandId,
    problem,
    `If you restored an older backup, run: clientele accept-restore --brand ${brandId}. Otherwise keep the database unchanged, and see docs/audit.md.`,
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
