import { lastingReasons } from '../../domain/audit/query.ts';
import { sealedColumnsOf } from '../../domain/sealed-columns.ts';

/**
 * The register of everything that belongs to a customer, and what erasing the customer does to it. A test compares
 * it with the schema and fails if a table that names customers is missing here.
 */
interface CustomerTable {
  readonly table: string;
  /**
   * `rows`: deleted. `sealed columns`: every sealed column is set to null, and the row stays. `stays`: the row says
   * nothing about the person.
   */
  readonly erased: 'rows' | 'sealed columns' | 'stays';
  /** Further columns that are set to null. */
  readonly alsoCleared?: readonly string[];
  /** Rows that keep their sealed columns all the same, in SQL. */
  readonly unless?: string;
}

/** An entry quotes every quote in its text, so these words are its own operation. */
const hasLastingReason = `body ~ '"operation":"(${lastingReasons.join('|')})"'`;

export const customerTables = [
  // A customer is deleted before it can be erased.
  { table: 'customers', erased: 'stays' },
  { table: 'deleted_customers', erased: 'rows' },
  { table: 'customer_history', erased: 'rows' },
  { table: 'consents', erased: 'rows' },
  // The key stays used, so that a repeat of the create does not make the person again.
  { table: 'idempotency', erased: 'sealed columns', alsoCleared: ['fingerprint', 'customer_id'] },
  { table: 'kyc_documents', erased: 'rows' },
  { table: 'kyc_decisions', erased: 'rows' },
  { table: 'kyc_findings', erased: 'rows' },
  { table: 'kyc_runs', erased: 'rows' },
  { table: 'screening_queue', erased: 'rows' },
  { table: 'screenings', erased: 'rows' },
  { table: 'screening_matches', erased: 'rows' },
  { table: 'change_requests', erased: 'rows' },
  { table: 'legal_holds', erased: 'rows' },
  { table: 'erasure_requests', erased: 'rows' },
  // Ids and names of fields only. A reader who continues from a number needs the next one.
  { table: 'events', erased: 'stays' },
  // A pending delivery then sends only the body of its event.
  { table: 'deliveries', erased: 'sealed columns' },
  { table: 'delivery_attempts', erased: 'sealed columns' },
  // An entry that has no number in the audit trail yet.
  { table: 'journal', erased: 'sealed columns', unless: hasLastingReason },
  // The entries are chained. Their digests reveal nothing once the customer's key is deleted with its row.
  { table: 'audit', erased: 'sealed columns', unless: hasLastingReason },
  { table: 'erased_customers', erased: 'stays' },
] as const satisfies readonly CustomerTable[];

const ofCustomer = 'brand_id = :brandId and customer_id = :customerId::uuid';

/** CTEs that erase a customer from every table, where `gate` has a row. */
export const eraseSql = (gate: string): string =>
  customerTables
    .flatMap(({ table, erased, alsoCleared = [], unless }: CustomerTable) => {
      if (erased === 'stays') return [];
      const where = `where ${ofCustomer} and exists (select from ${gate})`;
      if (erased === 'rows') return `${table}_erased as (delete from ${table} ${where})`;
      const columns = sealedColumnsOf(table);
      const cleared = [...columns, ...alsoCleared].map((column) => `${column} = null`).join(', ');
      const isFilled = columns.map((column) => `${column} is not null`).join(' or ');
      const spared = unless === undefined ? '' : `and not (${unless})`;
      return `${table}_erased as (update ${table} set ${cleared} ${where} and (${isFilled}) ${spared})`;
    })
    .join(', ');
