import type { BrandId } from '../domain/ids.ts';
import type { Connection, Database } from './connection/database.ts';

/**
 * Whose rows, and over which connection. Every function that touches a tenant's rows takes it first, so
 * that no query can be written without naming a brand.
 */
export interface BrandScope {
  readonly brandId: BrandId;
  readonly db: Database;
}

/** The same brand within a transaction: statements that write, write there. */
export const withConnection = ({ brandId, db }: BrandScope, { run }: Connection): BrandScope => ({
  brandId,
  db: { ...db, run },
});
