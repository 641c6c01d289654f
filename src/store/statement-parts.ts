import { columns, number } from './columns.ts';
import type { Database, Statement, Value } from './connection/database.ts';
import type { IdempotencyClaim, WriteOutcome } from './idempotency-claim.ts';
import { claimParameters, claimSql, runWithClaim } from './idempotency-claim.ts';
import type { BrandScope } from './scope.ts';
import type { Parameters, Query } from './sql.ts';
import { prefixed, rowsColumns, rowsRelation, sql, withColumns, withPrefix } from './sql.ts';

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
  /** Present if many changes of a group may have this part: what it needs for that. */
  readonly group?: PartOfGroup;
}

export interface PartOfGroup {
  /** Parameters that are the same in all changes of a group, or may be taken from any of them. */
  readonly shared: readonly string[];
  /** The rows that the part writes and that others may write, too. */
  readonly exclusive: readonly string[];
}

/** One change before it is assembled: the row's own statement, its parameters and its parts. */
export interface Change {
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
  /** Present if changes of this kind may be grouped. */
  readonly group?: GroupOfChanges;
}

/** The statement of many changes. Each CTE reads a relation with a row for each change instead of parameters. */
export interface GroupOfChanges extends PartOfGroup {
  /** CTEs that read `given`, which has a row for each change, and make `gate` of it: those that are allowed. */
  readonly gate: string;
  /** CTEs that read `claimed`, which is `gate` without those whose key was used, and make `changed` of it. */
  readonly changed: string;
}

const known = new Map<string, Query>();

/** The statement that makes a change with all its parts, and its parameters. */
export function assemble(change: Change): { readonly query: Query; readonly parameters: Parameters } {
  const name = nameOf(change);
  return { query: known.get(name) ?? remember(name, change), parameters: parametersOf(change) };
}

/** Changes of one name have the same statement. */
const nameOf = ({ name, claim, parts }: Change): string =>
  [name, ...(claim ? ['claimed'] : []), ...parts.map((part) => part.name)].join(' ');

const parametersOf = ({ parameters, claim, parts }: Change): Parameters =>
  Object.assign(
    {},
    parameters,
    claim && prefixed('claim', claimParameters(claim)),
    ...parts.map((part, index) => prefixed(prefixOf(index), part.parameters)),
  );

interface GroupedChange extends Change {
  readonly group: GroupOfChanges;
}

/** Whether a change and all its parts may share a statement with others. */
const isGrouped = (change: Change): change is GroupedChange =>
  change.group !== undefined && change.parts.every((part) => part.group !== undefined);

/** What no two changes of a group may share. */
const exclusiveOf = ({ claim, group, parts }: GroupedChange): readonly string[] => [
  ...group.exclusive,
  ...(claim ? [claim.key.toString('latin1')] : []),
  ...parts.flatMap((part) => part.group?.exclusive ?? []),
];

/** One statement for many changes of one kind, and its parameters. It returns the place of each that it made. */
function assembleGroup(changes: readonly GroupedChange[]): ReturnType<typeof assemble> {
  const [first] = changes;
  if (!first) throw new Error('A group has a change.');
  const { query, columns, shared } = groupStatement(first);
  const given = parametersOf(first);
  const common = Object.fromEntries([...shared].map((name) => [name, given[name]]));
  const rows = changes.map(sourcesOf);
  const values = columns.map(({ source, key }) => rows.map((sources) => sources[source]?.[key]));
  return { query, parameters: { ...common, ...rowsColumns(values) } };
}

/** What a change gives the columns of a group: its own parameters, those of its claim, and those of each part. */
const sourcesOf = ({ parameters, claim, parts }: Change): readonly Parameters[] => [
  parameters,
  claim ? claimParameters(claim) : {},
  ...parts.map((part) => part.parameters),
];

/** A column of a group: its name in the statement, and where its values are. */
interface GroupColumn {
  readonly name: string;
  readonly source: number;
  readonly key: string;
}

const columnsOf = (change: Change): readonly GroupColumn[] =>
  sourcesOf(change).flatMap((parameters, source) => {
    const prefix = ['', 'claim.'][source] ?? `${prefixOf(source - 2)}.`;
    return Object.keys(parameters).map((key) => ({ name: `${prefix}${key}`, source, key }));
  });

interface GroupStatement {
  readonly query: Query;
  readonly columns: readonly GroupColumn[];
  readonly shared: ReadonlySet<string>;
}
const knownGroups = new Map<string, GroupStatement>();

function groupStatement(change: GroupedChange): GroupStatement {
  const name = `${nameOf(change)} grouped`;
  const known = knownGroups.get(name);
  if (known) return known;
  const { claim, group, parts } = change;
  const partsShared = parts.flatMap(
    (part, index) => part.group?.shared.map((one) => `${prefixOf(index)}.${one}`) ?? [],
  );
  const shared = new Set(['brandId', ...group.shared, ...partsShared, ...(claim ? ['claim.now'] : [])]);
  const columns = columnsOf(change).filter(({ name: column }) => !shared.has(column));
  const names = columns.map(({ name: column }) => column);
  const text = `${group.gate}, ${claimedSql(change)}, ${group.changed}, ${partsSql({ parts, changed: 'changed' })} result as (select n from changed) select n::int - 1 as n from result`;
  const query = sql(
    name,
    `with given as (select * from ${rowsRelation(names)}), ${withColumns(text, shared)}`,
  );
  const made = { query, columns, shared };
  knownGroups.set(name, made);
  return made;
}

/**
 * As a join, PostgreSQL would compare each change with each key. Behind `is true` it looks each key up in a table of
 * hashes.
 */
const claimedSql = ({ claim }: GroupedChange): string =>
  claim
    ? `${withPrefix(claimSql('gate'), 'claim', claimParameters(claim))},
       claimed as (select * from gate where (:claim.key::bytea in (select key from claim)) is true order by n)`
    : 'claimed as (select * from gate order by n)';

const prefixOf = (index: number): string => `part${index}`;

function remember(name: string, change: Change): Query {
  if (name.length > 63) throw new Error(`The statement's name is too long: ${name}`);
  const claim = change.claim
    ? `${withPrefix(claimSql(change.gate), 'claim', claimParameters(change.claim))},`
    : '';
  const query = sql(name, change.text(claim, partsSql(change)));
  known.set(name, query);
  return query;
}

const partsSql = ({ parts, changed }: Pick<Change, 'parts' | 'changed'>): string =>
  parts.map((part, index) => `${withPrefix(part.sql(changed), prefixOf(index), part.parameters)},`).join(' ');

/** Changes of a brand that arrive at the same time share a statement where they may. */
export function writeChange({ brandId, db }: BrandScope, change: Change): Promise<WriteOutcome> {
  const alone = () => {
    const { query, parameters } = assemble(change);
    return runWithClaim(change.claim, query.run(db, parameters));
  };
  if (!db.groups || !isGrouped(change)) return alone();
  return db.groups.submit(`${brandId} ${nameOf(change)}`, {
    change,
    exclusive: exclusiveOf(change),
    alone,
    together: (changes) => writeTogether(db, changesTogether(changes)),
  });
}

const place = columns({ n: number() });

/** The statement of changes of one kind, of which none excludes another, with its values. A thread may make it. */
export interface ChangesTogether {
  readonly statement: Statement;
  readonly values: readonly Value[];
  readonly count: number;
}

export function changesTogether(changes: readonly Change[]): ChangesTogether {
  if (!changes.every(isGrouped)) throw new Error('The change has no statement for many.');
  const { query, parameters } = assembleGroup(changes);
  return { statement: query.statement, values: query.values(parameters), count: changes.length };
}

/** Makes changes in one statement. Those that are `undefined` were not made. */
export async function writeTogether(
  db: Pick<Database, 'runTogether'>,
  { statement, values, count }: ChangesTogether,
): Promise<readonly ('done' | undefined)[]> {
  const rows = await db.runTogether(statement, values);
  const made = new Set(rows.map((row) => place.read(row).n));
  return Array.from({ length: count }, (_, n) => (made.has(n) ? 'done' : undefined));
}

/** Writes parts without a changed row, such as the audit entry of a read. */
export async function writeParts(scope: BrandScope, parts: readonly StatementPart[]): Promise<void> {
  await writeChange(scope, {
    name: 'alone',
    parameters: { brandId: scope.brandId },
    claim: undefined,
    gate: 'gate',
    changed: 'gate',
    parts,
    text: (_claim, rest) =>
      `with gate as (select 1), ${rest} result as (select 1 as done) select done from result`,
    group: {
      gate: 'gate as (select * from given)',
      changed: 'changed as (select * from claimed)',
      shared: [],
      exclusive: [],
    },
  });
}
