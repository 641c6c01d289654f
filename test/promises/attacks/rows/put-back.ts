import type { World } from '../../../world.ts';
import { settled } from '../../../world.ts';

/** Rows by the value of one column. */
export type Where = readonly [table: string, column: string, id: string];

/** Does `work`, and then puts the rows back as they were before it. */
export async function putBack(
  world: World,
  wheres: readonly Where[],
  work: () => Promise<unknown>,
): Promise<void> {
  for (const [index, [table, column, id]] of wheres.entries())
    await world.sql(`create table kept_${index} as select * from ${table} where ${column} = '${id}'`);
  await work();
  await settled(world);
  for (const [index, [table, column, id]] of wheres.entries()) {
    await world.sql(`delete from ${table} where ${column} = '${id}'`);
    await world.sql(`insert into ${table} overriding system value select * from kept_${index}`);
    await world.sql(`drop table kept_${index}`);
  }
}

/** What is said of a row whose version is not the newest one. */
export const older = (stored: number, written: number) =>
  `has version ${stored}, and the audit trail has ${written}`;

/** What is said of a row that was put back and changed since. */
export const twice = 'was put back and changed since: the audit trail has one of its versions twice';
