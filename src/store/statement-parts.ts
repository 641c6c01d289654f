import type { IdempotencyClaim } from './idempotency-claim.ts';
import { claimParameters, claimSql } from './idempotency-claim.ts';
import type { BrandScope } from './scope.ts';
import type { Parameters, Query } from './sql.ts';
import { prefixed, sql, withPrefix } from './sql.ts';

/**
 * An extra write in the statement that changes a customer's row, such as a journal entry or a verification run.
 * Either all of it is written or nothing.
 */
export interface StatementPart {
  /** Short, and one for each text of `sql`: statements are prepared under the names of their parts. */
  readonly name: string;
  /**
   * CTEs, separated by commas. They read `gate`, which has one row if the change happens and none if not.
   * `name` replaces the name of the CTE where a statement has several parts of a kind.
   * `:brandId` and, for a customer's own, `:customerId` are the change's; the rest is in `parameters`.
   */
  readonly sql: (gate: string, name?: string) => string;
  readonly parameters: Parameters;
}

/** One change before it is assembled: the row's own statement, its parameters and its parts. */
interface Change {
  /** Short: with the names of its parts it has to stay below PostgreSQL's 63 characters. */
  readonly name: string;
  readonly parameters: Parameters;
  readonly claim: IdempotencyClaim | undefined;
  /** The CTE that has a row if the change is allowed. The claim reads it. */
  readonly gate: string;
  /** The CTE that has a row if the change happened. The parts read it. */
  readonly changed: string;
  readonly parts: readonly StatementPart[];
  /** The text around the claim's CTE (empty without one) and the CTEs of the parts, each ending in a comma. */
  readonly text: (claim: string, parts: string) => string;
}

const known = new Map<string, Query>();

/** The statement that makes a change with all its parts, and its parameters. */
export function assemble(change: Change): { readonly query: Query; readonly parameters: Parameters } {
  const { claim, parts } = change;
  const name = [change.name, ...(claim ? ['claimed'] : []), ...parts.map((part) => part.name)].join(' ');
  const query = known.get(name) ?? remember(name, change);
  const parameters = Object.assign(
    {},
    change.parameters,
    claim && prefixed('claim', claimParameters(claim)),
    ...parts.map((part, index) => prefixed(prefixOf(index), part.parameters)),
  );
  return { query, parameters };
}

const prefixOf = (index: number): string => `part${index}`;

function remember(name: string, change: Change): Query {
  if (name.length > 63) throw new Error(`The statement's name is too long: ${name}`);
  const claim = change.claim
    ? `${withPrefix(claimSql(change.gate), 'claim', claimParameters(change.claim))},`
    : '';
  const parts = change.parts.map(
    (part, index) => `${withPrefix(part.sql(change.changed), prefixOf(index), part.parameters)},`,
  );
  const query = sql(name, change.text(claim, parts.join(' ')));
  known.set(name, query);
  return query;
}

/** Writes parts without a changed row, such as the audit entry of a read. */
export async function writeParts(scope: BrandScope, parts: readonly StatementPart[]): Promise<void> {
  const { query, parameters } = assemble({
    name: 'alone',
    parameters: { brandId: scope.brandId },
    claim: undefined,
    gate: 'gate',
    changed: 'gate',
    parts,
    text: (_claim, rest) =>
      `with gate as (select 1), ${rest} result as (select 1 as done) select done from result`,
  });
  await query.run(scope.db, parameters);
}
