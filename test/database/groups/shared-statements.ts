import type { World } from '../../world.ts';

/** Follows the statements that many changes of a world share, and can kill one. */
export function watchSharedStatements(world: World) {
  /** How many changes each of them had. */
  const sizes: number[] = [];
  let beforeStatement = async (): Promise<void> => undefined;
  const db = world.system.db as { runTogether: World['system']['db']['runTogether'] };
  const { runTogether } = db;
  db.runTogether = async (query, values) => {
    // One of the columns, as an array in PostgreSQL's binary form: it begins with its dimensions, and has its length.
    const column = values.filter(Buffer.isBuffer).find((value) => value.readInt32BE(0) === 1);
    sizes.push(column?.readInt32BE(12) ?? 0);
    await beforeStatement();
    return runTogether(query, values);
  };

  /** Half a second after the next one was sent. Returns what tells how many were killed. */
  function killNext(): () => number {
    let killed = 0;
    beforeStatement = async () => {
      beforeStatement = async () => undefined;
      setTimeout(async () => {
        const rows = await world.sql(
          `select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and query like '%with ordinality%' and state = 'active' and pid <> pg_backend_pid()`,
          [world.databaseName],
        );
        killed = rows.length;
      }, 500);
    };
    return () => killed;
  }
  return { sizes, killNext };
}
