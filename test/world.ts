import { randomUUID } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import pg from 'pg';
import { pino } from 'pino';
import { inject } from 'vitest';
import type { Config } from '../src/config.ts';
import { readConfig } from '../src/config.ts';
import { apiPrefix } from '../src/contract/table.ts';
import type { BrandId } from '../src/domain/ids.ts';
import { keyScopes } from '../src/domain/scopes.ts';
import type { Instant } from '../src/domain/time.ts';
import type { BodyPace } from '../src/http/connections/body-watch.ts';
import type { RunningServer } from '../src/main.ts';
import { startServer, startWorker } from '../src/main.ts';
import { sequence } from '../src/operations/audit/sequence.ts';
import type { KeyOptions, NewKey } from '../src/operations/brands/api-keys.ts';
import { createKey } from '../src/operations/brands/api-keys.ts';
import { createBrand } from '../src/operations/brands/brands.ts';
import type { System } from '../src/operations/system.ts';
import type { Outbound } from '../src/providers/outbound.ts';
import { appRole, ownerRole } from '../src/store/embedded/passwords.ts';
import { checkAnswer } from './contract-check.ts';
import { template } from './global-setup.ts';
import { wideBudgets } from './wide-budgets.ts';

export interface WorldOptions {
  /** Settings as an operator would write them, beside those that point the world at the test server. */
  readonly env?: Readonly<Record<string, string>>;
  readonly now?: () => Instant;
  /** Without background work: for tests that run a step of it by hand, which would race the worker otherwise. */
  readonly apiOnly?: boolean;
  /** Where webhooks go instead of the real internet; closed with the world. */
  readonly outbound?: Outbound;
  /** How fast bodies have to arrive. */
  readonly bodyPace?: BodyPace;
}

/** A whole running system on a database of its own: what an operator gets, with the doors open for a test. */
export interface World {
  readonly url: string;
  readonly system: System;
  readonly config: Config;
  /** For the superuser: what the operator of the database can do. The server itself connects as its own roles. */
  readonly databaseUrl: string;
  readonly databaseName: string;
  /** The settings with which the server reaches its database: the role of the service, and the owner. */
  readonly databaseSettings: Readonly<Record<string, string>>;
  /** The key that a first start with CLIENTELE_DEMO=1 prints. */
  readonly demoKey: NewKey | undefined;
  /** The page for the first account. */
  readonly firstLink: string | undefined;
  /** Every line that was logged. */
  readonly log: readonly string[];
  /** A new brand with a key (of every scope, unless the options says otherwise) and a client that uses it. */
  brand(name?: string, options?: KeyOptions): Promise<BrandClient>;
  /** SQL as the operator of the database could run it. */
  sql(text: string, values?: readonly unknown[]): Promise<readonly Record<string, unknown>[]>;
  close(): Promise<void>;
}

export interface BrandClient {
  readonly brandId: BrandId;
  readonly name: string;
  readonly key: NewKey;
  readonly headers: Readonly<Record<string, string>>;
  /** Calls the API and holds every answer to its row of the contract. */
  call(method: string, path: string, options?: CallOptions): Promise<Called>;
  /** Another key of the same brand. */
  as(key: NewKey): BrandClient;
  /** The key of a second person with every scope: for what takes two. The same one each time. */
  colleague(): Promise<BrandClient>;
  /** SQL on the world's database, for a past that no call of the API can give a customer. */
  readonly sql: World['sql'];
  readonly system: System;
}

export interface CallOptions {
  readonly body?: unknown;
  /** Sent as it stands, instead of `body`. */
  readonly raw?: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Called {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The parsed body; a test reads what it expects to be there. */
  // biome-ignore lint/suspicious/noExplicitAny: an answer has the shape its row says, which `call` has checked.
  readonly json: any;
}

export async function openWorld(options: WorldOptions = {}): Promise<World> {
  const server = inject('server');
  const databaseName = `world_${randomUUID().replaceAll('-', '')}`;
  const admin = new pg.Client({
    host: server.host,
    port: server.port,
    user: server.user,
    database: 'postgres',
  });
  await admin.connect();
  // The proof that no other PostgreSQL is being tested by accident.
  const { rows } = await admin.query("select current_setting('data_directory') as at");
  if (!String(rows[0]?.at).includes(server.dataDir))
    throw new Error('This is not the server that the test run started.');
  await admin.query(`create database ${databaseName} template ${template} owner ${ownerRole}`);
  await admin.query(`revoke all on database ${databaseName} from public`);
  await admin.query(`grant connect on database ${databaseName} to ${appRole}`);

  const dataDir = mkdtempSync(join(tmpdir(), 'clientele-world-'));
  const urlFor = (role: string) =>
    `postgresql://${role}@localhost:${server.port}/${databaseName}?host=${encodeURIComponent(server.host)}`;
  const databaseUrl = urlFor(server.user);
  const databaseSettings = {
    CLIENTELE_DATABASE_URL: urlFor(appRole),
    CLIENTELE_MIGRATION_DATABASE_URL: urlFor(ownerRole),
  };
  const config = readConfig({
    CLIENTELE_DATA_DIR: dataDir,
    ...databaseSettings,
    CLIENTELE_PORT: '0',
    CLIENTELE_DEMO: '0',
    CLIENTELE_LOG_LEVEL: 'debug',
    // Receivers are on this machine; at other addresses of it nothing may be reached.
    CLIENTELE_WEBHOOK_ALLOW: '127.0.0.1/32',
    CLIENTELE_KYC_ALLOW: '127.0.0.1/32',
    ...wideBudgets,
    ...options.env,
  });
  const log: string[] = [];
  const logger = pino({ level: config.logLevel, base: null }, lines(log));
  const running: RunningServer = await startServer(
    config,
    {
      logger,
      ...(options.now && { now: options.now }),
      ...(options.outbound && { outbound: options.outbound }),
    },
    { apiOnly: options.apiOnly ?? false, bodyPace: options.bodyPace },
  );
  const { system, url } = running;
  const sql: World['sql'] = async (text, values = []) => {
    const client = new pg.Client({ connectionString: databaseUrl });
    await client.connect();
    try {
      return (await client.query(text, [...values])).rows;
    } finally {
      await client.end();
    }
  };

  return {
    url,
    system,
    config,
    databaseUrl,
    databaseName,
    databaseSettings,
    demoKey: running.demoKey,
    firstLink: running.firstLink,
    log,
    async brand(name = `Brand ${randomUUID().slice(0, 8)}`, options = { scopes: keyScopes }) {
      const brand = await createBrand(system, name);
      const key = await createKey(system, brand.brandId, options);
      return brandClient(url, brand.brandId, brand.name, key, { sql, system });
    },
    sql,
    async close() {
      await running.close();
      await admin.query(`drop database if exists ${databaseName} with (force)`);
      await admin.end();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** Gives everything that was committed its place among the events and in the audit trail. */
export async function settled({ sql, system }: Pick<World, 'sql' | 'system'>): Promise<void> {
  // Another sequencer may hold what is left; this call then does nothing, and the next one looks again.
  while ((await sql('select exists (select from journal where refused_at is null) as waits'))[0]?.['waits'])
    await sequence(system);
}

/** Runs background work beside a world without any, for as long as `work` takes and until its last round ends. */
export async function withWorker<Result>(
  { config }: Pick<World, 'config'>,
  work: () => Promise<Result>,
): Promise<Result> {
  const worker = await startWorker(config, { logger: pino({ level: 'silent' }) });
  try {
    return await work();
  } finally {
    await worker.close();
  }
}

function lines(into: string[]): Writable {
  return new Writable({
    write(chunk, _encoding, done) {
      into.push(String(chunk));
      done();
    },
  });
}

const colleagues = new WeakMap<System, Map<BrandId, Promise<NewKey>>>();

function colleagueKey(system: System, brandId: BrandId): Promise<NewKey> {
  const ofSystem = colleagues.get(system) ?? new Map<BrandId, Promise<NewKey>>();
  colleagues.set(system, ofSystem);
  const key = ofSystem.get(brandId) ?? createKey(system, brandId, { name: 'colleague', scopes: keyScopes });
  ofSystem.set(brandId, key);
  return key;
}

export function brandClient(
  url: string,
  brandId: BrandId,
  name: string,
  key: NewKey,
  { sql, system }: Pick<World, 'sql' | 'system'>,
): BrandClient {
  const headers = { Identity: key.identity, Authorization: key.authorization };
  return {
    brandId,
    name,
    key,
    headers,
    sql,
    system,
    as: (other) => brandClient(url, brandId, name, other, { sql, system }),
    async colleague() {
      return this.as(await colleagueKey(system, brandId));
    },
    async call(method, path, { body, raw, headers: more } = {}) {
      const sent = raw ?? (body === undefined ? undefined : JSON.stringify(body));
      const response = await fetch(`${url}${apiPrefix}${path}`, {
        method,
        headers: {
          // A person who has signed in sends no key.
          ...(more?.['Cookie'] === undefined && headers),
          ...(sent !== undefined && { 'Content-Type': 'application/json' }),
          ...more,
        },
        ...(sent !== undefined && { body: sent }),
      });
      const text = await response.text();
      const called = { status: response.status, headers: response.headers, text, json: parsed(text) };
      checkAnswer(method, path, called);
      return called;
    },
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
