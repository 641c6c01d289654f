import { Socket } from 'node:net';
import pg from 'pg';
import { superuser } from './cluster.ts';
import { socketPort } from './data-layout.ts';
import { EmbeddedError } from './error.ts';
import { requiredSettings } from './settings.ts';

/** The database that holds Clientele's tables. */
export const database = 'clientele';

// Advisory lock that every process which joined the server holds in shared mode. It lives in the database
// `postgres`, so it cannot collide with a lock that Clientele takes in its own database.
const maintenanceDatabase = 'postgres';
const sessionLock = '4921776413';

/**
 * Waits until a new server accepts queries, creates the database on its first start, and checks the settings
 * that durability depends on. `isGone` tells that the server has ended. Throws EmbeddedError if a setting is off.
 */
export async function prepareDatabase(folder: string, isGone: () => boolean): Promise<void> {
  const client = await connectWhenReady(folder, isGone);
  try {
    const { rows } = await client.query<{ name: string; setting: string }>(
      'select name, setting from pg_settings where name = any($1)',
      [requiredSettings],
    );
    for (const name of requiredSettings) {
      const setting = rows.find((row) => row.name === name)?.setting ?? 'unknown';
      if (setting === 'off' || setting === 'unknown') throw settingOff(name, setting);
    }
  } finally {
    await client.end();
  }
}

/** A session that keeps a running server from being stopped. */
export interface ServerSession {
  /** Resolves when the server has gone, or after `leave`. */
  readonly ended: Promise<void>;
  leave(): Promise<void>;
}

/**
 * Joins a running server. A command that started the server does not stop it during this session. Undefined if
 * no server answers yet, or if it is about to stop.
 */
export async function joinSession(folder: string): Promise<ServerSession | undefined> {
  const socket = new Socket();
  const client = await connect(folder, maintenanceDatabase, socket).catch(() => undefined);
  if (!client) return undefined;
  try {
    const { rows } = await client.query<{ joined: boolean; created: boolean }>(
      'select pg_try_advisory_lock_shared($1) as joined, exists (select from pg_database where datname = $2) as created',
      [sessionLock, database],
    );
    if (rows[0]?.joined && rows[0].created) {
      // The socket must not keep a failed process alive that never calls `leave`.
      socket.unref();
      return {
        ended: new Promise((resolve) => void client.once('end', () => resolve())),
        leave: async () => {
          socket.ref();
          await client.end().catch(() => {});
        },
      };
    }
  } catch {
    // The server ended between the connection and the query.
  }
  await client.end().catch(() => {});
  return undefined;
}

/**
 * Waits until all sessions have ended and refuses new ones from then on. Calls `waiting` once if a session is
 * still open. Returns early if the server ends.
 */
export async function waitForSessions(folder: string, waiting: () => void): Promise<void> {
  const client = await connect(folder, maintenanceDatabase).catch(() => undefined);
  if (!client) return;
  try {
    for (let first = true; ; first = false) {
      const { rows } = await client.query<{ locked: boolean }>('select pg_try_advisory_lock($1) as locked', [
        sessionLock,
      ]);
      // The connection stays open and holds the lock until the server stops.
      if (rows[0]?.locked) return;
      if (first) waiting();
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  } catch {
    await client.end().catch(() => {});
  }
}

async function connectWhenReady(folder: string, isGone: () => boolean): Promise<pg.Client> {
  for (;;) {
    try {
      return await connect(folder, database);
    } catch (error) {
      const { code } = error as { code?: string };
      if (code === '3D000') await createDatabase(folder);
      // 57P03: the server is still starting. ENOENT, ECONNREFUSED: its socket does not exist or listen yet.
      else if (isGone() || !['57P03', 'ENOENT', 'ECONNREFUSED'].includes(code ?? '')) throw error;
      else await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}

async function createDatabase(folder: string): Promise<void> {
  const client = await connect(folder, maintenanceDatabase);
  try {
    await client.query(`create database ${database}`);
  } finally {
    await client.end();
  }
}

async function connect(folder: string, name: string, socket = new Socket()): Promise<pg.Client> {
  const client = new pg.Client({
    stream: () => socket,
    host: folder,
    port: socketPort,
    user: superuser,
    database: name,
    // Explicit, because pg would otherwise read PGSSLMODE from this process.
    ssl: false,
    application_name: 'clientele supervisor',
    connectionTimeoutMillis: 5_000,
  });
  // The next query reports a lost server. Without a listener the error event would end this process.
  client.on('error', () => {});
  await client.connect();
  return client;
}

function settingOff(name: string, setting: string): EmbeddedError {
  if (name === 'data_checksums') {
    return new EmbeddedError(
      'The PostgreSQL data directory has no checksums, so damage on the disk would go unnoticed. Stop Clientele, ' +
        'enable them with PostgreSQL’s `pg_checksums --enable`, and start again.',
    );
  }
  return new EmbeddedError(
    `PostgreSQL runs with ${name}=${setting}, which can lose acknowledged writes. Remove that setting from ` +
      'postgresql.conf, postgresql.auto.conf, or from the database or user (ALTER … RESET), and start again.',
  );
}
