import { Socket } from 'node:net';
import pg from 'pg';
import { superuser } from './cluster.ts';
import { socketPort } from './data-layout.ts';
import { EmbeddedError } from './error.ts';
import { mustBeOn } from './settings.ts';

/** The database that holds Clientele's tables. */
export const database = 'clientele';

// A lock that everybody who joins a running server shares, in a database of its own kind (`postgres`), so that
// it can never meet a lock that Clientele takes on its own tables.
const doorDatabase = 'postgres';
const door = '4921776413';

/**
 * Waits until a server that has just been started takes queries, creates the database on its first start, and
 * reads back the settings on which every promise of durability rests. `isGone` tells that the server has ended.
 * Throws EmbeddedError where a setting is off.
 */
export async function prepareDatabase(folder: string, isGone: () => boolean): Promise<void> {
  const client = await connectWhenReady(folder, isGone);
  try {
    const { rows } = await client.query<{ name: string; setting: string }>(
      'select name, setting from pg_settings where name = any($1)',
      [mustBeOn],
    );
    for (const name of mustBeOn) {
      const setting = rows.find((row) => row.name === name)?.setting ?? 'unknown';
      if (setting === 'off' || setting === 'unknown') throw refusal(name, setting);
    }
  } finally {
    await client.end();
  }
}

/** Having joined a running server. */
export interface Presence {
  /** Resolves when the server has gone, or after `leave`. */
  readonly over: Promise<void>;
  leave(): Promise<void>;
}

/**
 * Joins a running server: as long as the presence lasts, a command that started the server will not stop it.
 * Undefined where no server answers yet, or where it is about to be stopped.
 */
export async function enter(folder: string): Promise<Presence | undefined> {
  const socket = new Socket();
  const client = await connect(folder, doorDatabase, socket).catch(() => undefined);
  if (!client) return undefined;
  try {
    const { rows } = await client.query<{ entered: boolean; made: boolean }>(
      'select pg_try_advisory_lock_shared($1) as entered, exists (select from pg_database where datname = $2) as made',
      [door, database],
    );
    if (rows[0]?.entered && rows[0].made) {
      // A process that has failed and forgot to leave ends all the same.
      socket.unref();
      return {
        over: new Promise((resolve) => void client.once('end', () => resolve())),
        leave: async () => {
          socket.ref();
          await client.end().catch(() => {});
        },
      };
    }
  } catch {
    // The server went away between the connection and the question.
  }
  await client.end().catch(() => {});
  return undefined;
}

/**
 * Waits until everybody who joined has left, and lets nobody in after that; `waiting` is called once if
 * somebody is still there. A server that goes away meanwhile ends the wait.
 */
export async function closeDoor(folder: string, waiting: () => void): Promise<void> {
  const client = await connect(folder, doorDatabase).catch(() => undefined);
  if (!client) return;
  try {
    for (let first = true; ; first = false) {
      const { rows } = await client.query<{ closed: boolean }>('select pg_try_advisory_lock($1) as closed', [
        door,
      ]);
      // The connection stays open and keeps the door shut until the server stops.
      if (rows[0]?.closed) return;
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
      // 57P03: it is still starting up. A socket that is not there yet, or that nobody accepts on yet.
      else if (isGone() || !['57P03', 'ENOENT', 'ECONNREFUSED'].includes(code ?? '')) throw error;
      else await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}

async function createDatabase(folder: string): Promise<void> {
  const client = await connect(folder, doorDatabase);
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
    // Said here, because pg would otherwise look at the PGSSLMODE of this process.
    ssl: false,
    application_name: 'clientele supervisor',
    connectionTimeoutMillis: 5_000,
  });
  // A server that ends is reported to whoever asks it next, not by an event that ends this process.
  client.on('error', () => {});
  await client.connect();
  return client;
}

function refusal(name: string, setting: string): EmbeddedError {
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
