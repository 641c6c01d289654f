import { setTimeout as delay } from 'node:timers/promises';
import { failedStart } from './cluster.ts';
import {
  checkSocketDirectory,
  type DataLayout,
  dataVersion,
  findDataLayout,
  removeSocketDirectory,
  socketPort,
} from './data-layout.ts';
import { EmbeddedError } from './error.ts';
import { type LaunchPlan, prepareLaunch } from './launch-plan.ts';
import { trimLog } from './log.ts';
import { acquireLock, currentLockHolder, type DirectoryLock, type LockHolder, type Role } from './owner.ts';
import { appRole, ownerRole, readPasswords } from './passwords.ts';
import {
  answeringSocket,
  type Postmaster,
  readPidFile,
  startPostmaster,
  stopPostmaster,
} from './postmaster.ts';
import {
  database,
  joinSession,
  prepareDatabase,
  type ServerAccess,
  type ServerSession,
  waitForSessions,
} from './sql.ts';

export { EmbeddedError } from './error.ts';

/** What the embedded server is opened with. */
export interface EmbeddedOptions {
  /** Clientele's data directory, e.g. `./.clientele`; PostgreSQL's own one is `postgres` in it. */
  readonly dataDir: string;
  /** `serve` locks the directory; `command` joins a running server, or starts one and stops it when it is done. */
  readonly role: Role;
  /** Whether a missing data directory is created; by default only `serve` does. */
  readonly create?: boolean;
  /** Receives a sentence for the operator whenever the call waits for something. */
  readonly notice?: (sentence: string) => void;
  /** Extra PostgreSQL settings, for tests. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** A running embedded server. */
export interface EmbeddedServer {
  /** Directory of the socket, for the `host` of pg. */
  readonly host: string;
  /** Only part of the socket file's name: there is no TCP port. */
  readonly port: number;
  /** The role of requests, background work and commands. It owns nothing. */
  readonly user: string;
  readonly password: string;
  readonly database: string;
  /** The role that owns the tables, for migrations and restores. */
  readonly owner: { readonly user: string; readonly password: string };
  /** True if this process started the server, false if it joined a running one. */
  readonly started: boolean;
  /** Pid of the postmaster; it changes with each restart. */
  readonly pid: number;
  /** Calls `listener` each time the server is ready again after an unexpected end. */
  onRestart(listener: () => void): void;
  /**
   * Stops the server if this process started it. A command first waits until all other commands have left the
   * server. A process that joined a running server only disconnects. Close all connections first. Idempotent.
   */
  stop(): Promise<void>;
}

// How long one process waits for another to release the directory, or to make it ready.
const directoryTimeoutMs = 60_000;
const longestPauseMs = 2_000;
// A server that ran for this long restarts without a pause; one that fails earlier restarts with backoff.
const stableAfterMs = 10_000;
const logCheckMs = 30_000;

/**
 * Opens the PostgreSQL server of a data directory: creates the directory if the role may, joins the server
 * that runs there, or starts it and supervises it until `stop`. Resolves when the server accepts queries: about
 * 1.5 s for a new directory, 0.1 s for an existing one.
 *
 * Call it in the main thread: the kernel stops the server when the thread that started it ends. Throws
 * EmbeddedError if the operator has to act.
 */
export async function openEmbedded(options: EmbeddedOptions): Promise<EmbeddedServer> {
  const { role, create = role === 'serve', notice = () => {} } = options;
  try {
    const layout = await findDataLayout(options.dataDir, create);
    if (!layout) throw noData(options.dataDir);
    const answers = async () => (await answeringSocket(layout)) !== undefined;
    const until = Date.now() + directoryTimeoutMs;
    for (let noticed = false; ; ) {
      // A command writes nothing to a directory without data, but it may wait for a first start.
      const mayLock = create || (await dataVersion(layout)) !== undefined;
      const outcome = mayLock
        ? await acquireLock(layout.owners, role, answers)
        : { holder: await currentLockHolder(layout.owners, answers) };
      if ('lock' in outcome) return await startOwned(layout, outcome.lock, options);
      const { holder } = outcome;
      if (!holder) throw noData(options.dataDir);
      if (role === 'serve' && holder.role === 'serve') throw alreadyServing(layout, holder);
      const joined = role === 'command' ? await joinRunning(layout) : undefined;
      if (joined) return joined;
      if (Date.now() > until) throw timedOut(layout, holder);
      if (!noticed && Date.now() > until - directoryTimeoutMs + 300) {
        noticed = true;
        notice(waitingFor(holder));
      }
      await delay(20);
    }
  } catch (error) {
    throw withNextStep(error, options.dataDir);
  }
}

/** Starts the server for this process, which holds `lock`, and keeps it running. */
async function startOwned(
  layout: DataLayout,
  lock: DirectoryLock,
  options: EmbeddedOptions,
): Promise<EmbeddedServer> {
  const { role, notice = () => {} } = options;
  try {
    const plan = await prepareLaunch(layout, options.settings ?? {}, notice);
    const { postmaster, access } = await start(plan);
    return keepRunning({ plan, lock, role, notice, access }, postmaster);
  } catch (error) {
    // Report the first error; a failed release must not hide it.
    await lock.release().catch(() => {});
    throw error;
  }
}

/** What each start of a server needs. */
interface OwnedServer {
  readonly plan: LaunchPlan;
  readonly lock: DirectoryLock;
  readonly role: EmbeddedOptions['role'];
  readonly notice: (sentence: string) => void;
  readonly access: ServerAccess;
}

/** Restarts the server after each unexpected end, until it is stopped. */
function keepRunning({ plan, lock, role, notice, access }: OwnedServer, started: Postmaster): EmbeddedServer {
  const { layout } = plan;
  let postmaster = started;
  const listeners = new Set<() => void>();
  const stopping = new AbortController();
  const logTimer = setInterval(() => void trimLog(layout).catch(() => {}), logCheckMs).unref();
  // Not every kernel signals the server when this process ends; where it does, the second signal is harmless.
  const onExit = () => postmaster.signal('SIGINT');
  process.on('exit', onExit);
  let restarting: Promise<void> = Promise.resolve();

  let readySince = 0;
  const supervise = () => {
    readySince = Date.now();
    postmaster.hold(false);
    void postmaster.ended.then((how) => {
      if (!stopping.signal.aborted) restarting = restart(how);
    });
  };

  let pauseMs = 0;
  async function restart(how: string): Promise<void> {
    notice(`PostgreSQL stopped unexpectedly (${how}) and is restarting.`);
    // Back off while the server keeps failing; a server that was stable restarts at once.
    if (Date.now() - readySince > stableAfterMs) pauseMs = 0;
    for (let noticed = false; !stopping.signal.aborted; ) {
      if (pauseMs > 0)
        await delay(pauseMs, undefined, { ref: false, signal: stopping.signal }).catch(() => {});
      pauseMs = Math.min(Math.max(pauseMs * 2, 50), longestPauseMs);
      if (stopping.signal.aborted) return;
      try {
        await lock.refresh();
        postmaster = (await start(plan)).postmaster;
      } catch (error) {
        // The cause (a full disk, for example) may be temporary. Until then the API answers 503.
        if (!noticed) notice(`${(error as Error).message} Clientele keeps retrying.`);
        noticed = true;
        continue;
      }
      supervise();
      for (const listener of listeners) listener();
      return;
    }
  }

  async function shutDown(): Promise<void> {
    if (role === 'command') {
      await waitForSessions(access, () =>
        notice('Waiting for other clientele commands that still use the database.'),
      );
    }
    stopping.abort();
    clearInterval(logTimer);
    await restarting;
    await stopPostmaster(postmaster);
    process.off('exit', onExit);
    await removeSocketDirectory(layout, plan.socketDirectory);
    await lock.release();
  }

  let stopped: Promise<void> | undefined;
  supervise();
  return {
    ...connectionOf(access),
    started: true,
    get pid() {
      return postmaster.pid;
    },
    onRestart: (listener) => void listeners.add(listener),
    stop: () => {
      stopped ??= shutDown();
      return stopped;
    },
  };
}

/** Joins a server that another process runs; undefined if it is not ready, or about to stop. */
async function joinRunning(layout: DataLayout): Promise<EmbeddedServer | undefined> {
  const file = await readPidFile(layout);
  const socketDirectory = await answeringSocket(layout);
  if (!file?.isReady || socketDirectory === undefined) return undefined;
  await checkSocketDirectory(layout, socketDirectory);
  const passwords = await readPasswords(layout);
  if (!passwords) return undefined;
  const access = { folder: socketDirectory, passwords };
  const firstSession = await joinSession(access);
  if (!firstSession) return undefined;
  let session = firstSession;
  let { pid } = file;

  const listeners = new Set<() => void>();
  const stopping = new AbortController();
  const watch = (one: ServerSession) => void one.ended.then(rejoin);
  const rejoin = async (): Promise<void> => {
    for (let pauseMs = 50; !stopping.signal.aborted; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
      await delay(pauseMs, undefined, { ref: false, signal: stopping.signal }).catch(() => {});
      if (stopping.signal.aborted) return;
      const again = await joinSession(access);
      if (!again) continue;
      if (stopping.signal.aborted) return again.leave();
      session = again;
      pid = (await readPidFile(layout).catch(() => undefined))?.pid ?? pid;
      watch(again);
      for (const listener of listeners) listener();
      return;
    }
  };

  watch(session);
  return {
    ...connectionOf(access),
    started: false,
    get pid() {
      return pid;
    },
    onRestart: (listener) => void listeners.add(listener),
    stop: async () => {
      stopping.abort();
      await session.leave();
    },
  };
}

interface Started {
  readonly postmaster: Postmaster;
  readonly access: ServerAccess;
}

async function start(plan: LaunchPlan): Promise<Started> {
  const postmaster = await startPostmaster(plan);
  try {
    const passwords = await readPasswords(plan.layout);
    if (!passwords) throw new Error(`${plan.layout.secret} has gone`);
    const access = { folder: plan.socketDirectory, passwords };
    await prepareDatabase(access, postmaster.isGone);
    return { postmaster, access };
  } catch (error) {
    await stopPostmaster(postmaster);
    if (error instanceof EmbeddedError) throw error;
    throw failedStart('it did not accept queries', (error as Error).message, plan.binaries);
  }
}

function connectionOf({ folder: host, passwords }: ServerAccess) {
  const login = (user: typeof appRole | typeof ownerRole) => ({ user, password: passwords.of(user) });
  return { host, port: socketPort, ...login(appRole), database, owner: login(ownerRole) };
}

function noData(dataDir: string): EmbeddedError {
  return new EmbeddedError(
    `There is no Clientele data in ${dataDir}: start it once with \`clientele serve\`, or set CLIENTELE_DATA_DIR.`,
  );
}

function alreadyServing(layout: DataLayout, holder: LockHolder): EmbeddedError {
  return new EmbeddedError(
    `Another clientele serve (pid ${holder.pid}) already runs on ${layout.root}. ` +
      'Stop it first, or give this one its own data directory with CLIENTELE_DATA_DIR.',
  );
}

function waitingFor(holder: LockHolder): string {
  return holder.role === 'command'
    ? `Waiting for another clientele command (pid ${holder.pid}) to release the data directory.`
    : `Waiting for clientele serve (pid ${holder.pid}) to make its database ready.`;
}

function timedOut(layout: DataLayout, holder: LockHolder): EmbeddedError {
  return new EmbeddedError(
    holder.role === 'command'
      ? `Another clientele command (pid ${holder.pid}) has been using ${layout.root} for more than ` +
          `${directoryTimeoutMs / 1000} seconds. Start again when it has finished.`
      : `The database of clientele serve (pid ${holder.pid}) on ${layout.root} has not become ready within ` +
          `${directoryTimeoutMs / 1000} seconds. Look into ${layout.log}, and start again when it is ready.`,
  );
}

/** Adds the next step to file system errors that an operator can fix. */
function withNextStep(error: unknown, dataDir: string): unknown {
  if (error instanceof EmbeddedError) return error;
  const { code, path = dataDir } = error as NodeJS.ErrnoException;
  const next = {
    EACCES: `is closed to this user (uid ${process.getuid?.()}). Start Clientele as the owner of the data directory, or change the owner with chown.`,
    EPERM: `may not be changed by this user (uid ${process.getuid?.()}). Start Clientele as the owner of the data directory, or change the owner with chown.`,
    ELOOP:
      'is a symbolic link, which Clientele does not follow. Replace it with the directory or file itself.',
    EROFS: 'is on a read-only file system. Set CLIENTELE_DATA_DIR to a writable directory.',
    ENOTDIR: 'is not a directory. Set CLIENTELE_DATA_DIR to one.',
    EEXIST: 'is not a directory. Set CLIENTELE_DATA_DIR to one.',
    ENOSPC: 'is on a full disk. Free some space and start again.',
    EDQUOT: 'exceeds the disk quota of its user. Free some space and start again.',
  }[code ?? ''];
  return next === undefined ? error : new EmbeddedError(`${path} ${next}`, { cause: error });
}
