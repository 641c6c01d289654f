import type { BrandId } from '../domain/ids.ts';
import type { Connection, Database } from './connection/database.ts';

/**
 * The brand whose rows are used, and the connection. Every function that touches a tenant's rows takes it first, so
 * that no query can be written without naming a brand.
 */
export interface BrandScope {
  readonly brandId: BrandId;
  readonly db: Database;
}

/** The same brand within a transaction. Statements that write run in that transaction. */
export const withConnection = ({ brandId, db }: BrandScope, { run }: Connection): BrandScope => ({
  brandId,
  db: { ...db, run, groups: undefined },
});
