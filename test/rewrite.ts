import { inject } from 'vitest';
import type { BrandId } from '../src/domain/ids.ts';
import { boundColumns, contextOf, eachBoundBatch, opens } from '../src/operations/rotation/bound-records.ts';
import type { System } from '../src/operations/system.ts';
import type { Database, Row } from '../src/store/connection/database.ts';
import { openDatabase, statement } from '../src/store/connection/database.ts';
import { isDeadlock } from '../src/store/connection/outage.ts';
import type { StoredRecord } from '../src/store/rotation/rotation.ts';
import { putResealed } from '../src/store/rotation/rotation.ts';
import type { SealedColumn } from '../src/store/rotation/sealed-columns.ts';
import type { BrandScope } from '../src/store/scope.ts';

/**
 * Runs SQL and seals the rows of a brand that it changed again, in one transaction, as if Clientele had written them: for states
 * that no call of the API can bring about. Plain SQL leaves rows that Clientele refuses.
 */
export async function rewrite(
  { system, brandId }: { readonly system: System; readonly brandId: BrandId },
  text: string,
  values: readonly unknown[] = [],
): Promise<readonly Row[]> {
  // As the server's own user: the role of the service may not do all of this.
  const { host, port, user } = inject('server');
  const [named] = await system.db.run(statement('', 'select current_database() as name'), []);
  const owner = openDatabase({ address: { host, port, user, database: String(named?.['name']) } });
  try {
    for (let tries = 1; ; tries += 1) {
      try {
        return await rewriteAs(owner, system, brandId, text, values);
      } catch (error) {
        // Background work may have locked the same tables in another order.
        if (!isDeadlock(error) || tries === 10) throw error;
      }
    }
  } finally {
    await owner.close();
  }
}

function rewriteAs(
  owner: Database,
  system: System,
  brandId: BrandId,
  text: string,
  values: readonly unknown[],
): Promise<readonly Row[]> {
  return owner.session(async (client) => {
    const run: Database['run'] = async (query, given) =>
      (await client.query({ text: query.text, values: [...given] })).rows as readonly Row[];
    const db = { ...owner, run, read: run };
    await client.query('begin');
    try {
      // So that no other writer changes a row between the two looks.
      const named = boundTables.filter((table) => new RegExp(`\\b${table}\\b`).test(text));
      await client.query(`lock table ${named.join(', ')} in share row exclusive mode`);
      const scope = { brandId, db };
      const keyring = await system.keyrings.of(brandId);
      const before = new Map<string, string>();
      await eachRecord(scope, async (at, record) => {
        if (record.sealed !== '' && opens(keyring, at, record))
          before.set(nameOf(at, record), keyring.open(contextOf(at, record), String(record.sealed)));
      });
      const { rows } = await client.query(text, [...values]);
      await eachRecord(scope, async (at, record) => {
        const plain = before.get(nameOf(at, record));
        if (plain === undefined || opens(keyring, at, record)) return;
        const sealed = keyring.seal(contextOf(at, record), plain);
        await putResealed(scope, at, [{ from: record, sealed }]);
      });
      await client.query('commit');
      return rows as readonly Row[];
    } catch (error) {
      await client.query('rollback');
      throw error;
    }
  });
}

const boundTables = [...new Set(boundColumns.map(({ table }) => table))];

const nameOf = (at: SealedColumn, { key, sealed }: StoredRecord): string =>
  `${at.table}.${at.column} ${key} ${String(sealed)}`;

const eachRecord = (
  scope: BrandScope,
  work: (at: SealedColumn, record: StoredRecord) => Promise<void>,
): Promise<void> =>
  eachBoundBatch(scope, async (at, records) => {
    for (const record of records) await work(at, record);
  });
