import { Socket } from 'node:net';
import pg from 'pg';
import { socketPort } from './data-layout.ts';
import { EmbeddedError } from './error.ts';
import { appRole, type Passwords, type RoleName, superuser } from './passwords.ts';
import { database, maintenanceDatabase, roleSql } from './roles.ts';
import { requiredSettings } from './settings.ts';

export { database } from './roles.ts';

/** How the supervisor and the processes that join find a server. */
export interface ServerAccess {
  /** The socket directory. */
  readonly folder: string;
  readonly passwords: Passwords;
}

// Advisory lock that every process which joined the server holds in shared mode. All other locks of Clientele have
// one key of 64 bits, and PostgreSQL keeps those apart from the locks with two keys.
const sessionLock = '492177, 6413';

/**
 * Waits until a new server accepts queries, creates the database on its first start, gives the roles their rights
 * and passwords, and checks the settings that durability depends on. `isGone` tells that the server has ended.
 * Throws EmbeddedError if a setting is off.
 */
export async function prepareDatabase(access: ServerAccess, isGone: () => boolean): Promise<void> {
  const client = await connectWhenReady(access, isGone);
  try {
    await client.query(roleSql(access.passwords));
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
export async function joinSession(access: ServerAccess): Promise<ServerSession | undefined> {
  const socket = new Socket();
  const client = await connect(access, { role: appRole, database, socket }).catch(() => undefined);
  if (!client) return undefined;
  try {
    const { rows } = await client.query<{ joined: boolean }>(
      `select pg_try_advisory_lock_shared(${sessionLock}) as joined`,
    );
    if (rows[0]?.joined) {
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
export async function waitForSessions(access: ServerAccess, waiting: () => void): Promise<void> {
  const client = await connect(access, { role: superuser, database }).catch(() => undefined);
  if (!client) return;
  try {
    for (let first = true; ; first = false) {
      const { rows } = await client.query<{ locked: boolean }>(
        `select pg_try_advisory_lock(${sessionLock}) as locked`,
      );
      // The connection stays open and holds the lock until the server stops.
      if (rows[0]?.locked) return;
      if (first) waiting();
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  } catch {
    await client.end().catch(() => {});
  }
}

async function connectWhenReady(access: ServerAccess, isGone: () => boolean): Promise<pg.Client> {
  for (;;) {
    try {
      return await connect(access, { role: superuser, database });
    } catch (error) {
      const { code } = error as { code?: string };
      if (code === '3D000') await createDatabase(access);
      else if (code === '28P01') throw otherSecret();
      // 57P03: the server is still starting. ENOENT, ECONNREFUSED: its socket does not exist or listen yet.
      else if (isGone() || !['57P03', 'ENOENT', 'ECONNREFUSED'].includes(code ?? '')) throw error;
      else await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}

async function createDatabase(access: ServerAccess): Promise<void> {
  const client = await connect(access, { role: superuser, database: maintenanceDatabase });
  try {
    await client.query(`create database ${database}`);
  } finally {
    await client.end();
  }
}

interface Login {
  readonly role: RoleName;
  readonly database: string;
  readonly socket?: Socket;
}

async function connect(
  { folder, passwords }: ServerAccess,
  { role, database: name, socket = new Socket() }: Login,
): Promise<pg.Client> {
  const client = new pg.Client({
    stream: () => socket,
    host: folder,
    port: socketPort,
    user: role,
    password: passwords.of(role),
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

function otherSecret(): EmbeddedError {
  return new EmbeddedError(
    'The database refuses the passwords that come from database.secret in the data directory, so that file is not ' +
      'the one of this database. Remove the file and start again: the start makes a new one.',
  );
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
