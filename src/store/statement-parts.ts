import type { CustomerId } from '../domain/ids.ts';
import type { Statement, Value } from './connection/database.ts';
import { statement } from './connection/database.ts';
import type { IdempotencyClaim } from './idempotency-claim.ts';
import { claimSql, claimValues } from './idempotency-claim.ts';
import type { BrandScope } from './scope.ts';

/**
 * Something that is written along with a customer's row, in the same statement: an entry of the journal, a
 * run of a verification. Either all of it is written or nothing.
 */
export interface StatementPart {
  /** Short, and one for each text of `sql`: statements are prepared under the names of their parts. */
  readonly name: string;
  /**
   * CTEs, separated by commas. They read `gate`, which has one row if the change happens and none if not.
   * `$1` is the brand and `$2` the customer; parameters of its own are numbered from `from`.
   */
  readonly sql: (gate: string, from: number) => string;
  readonly values: readonly Value[];
}

/** One change in the making: the row's own statement, what it needs, and what goes along. */
interface Change {
  /** Short: with the names of its parts it has to stay below PostgreSQL's 63 characters. */
  readonly name: string;
  readonly values: readonly Value[];
  readonly claim: IdempotencyClaim | undefined;
  /** What has a row if the change may happen; the claim reads it. */
  readonly gate: string;
  /** The CTE that has a row if the change happened; the parts read it. */
  readonly changed: string;
  readonly parts: readonly StatementPart[];
  /** The text around the claim's CTE (empty without one) and the CTEs of the parts, each ending in a comma. */
  readonly text: (claim: string, parts: string) => string;
}

const known = new Map<string, Statement>();

/** The statement that makes a change with all its parts, and its values. */
export function assemble(change: Change): { readonly query: Statement; readonly values: readonly Value[] } {
  const { claim, parts } = change;
  const name = [change.name, ...(claim ? ['claimed'] : []), ...parts.map((part) => part.name)].join(' ');
  const query = known.get(name) ?? remember(name, change);
  const values = [
    ...change.values,
    ...(claim ? claimValues(claim) : []),
    ...parts.flatMap((part) => part.values),
  ];
  return { query, values };
}

function remember(name: string, change: Change): Statement {
  if (name.length > 63) throw new Error(`The statement's name is too long: ${name}`);
  let from = change.values.length + 1;
  let claim = '';
  if (change.claim) {
    claim = `${claimSql(change.gate, from)},`;
    from += claimValues(change.claim).length;
  }
  let parts = '';
  for (const part of change.parts) {
    parts += `${part.sql(change.changed, from)},`;
    from += part.values.length;
  }
  const made = statement(name, change.text(claim, parts));
  known.set(name, made);
  return made;
}

/** Writes parts beside which no row changes, such as the note that something was read. */
export async function writeParts(
  scope: BrandScope,
  customerId: CustomerId | undefined,
  parts: readonly StatementPart[],
): Promise<void> {
  const { query, values } = assemble({
    name: 'alone',
    values: [scope.brandId, customerId ?? null],
    claim: undefined,
    gate: 'gate',
    changed: 'gate',
    parts,
    text: (_claim, rest) =>
      `with gate as (select 1), ${rest} result as (select 1 as done) select done from result`,
  });
  await scope.db.run(query, values);
}
