import { setTimeout as sleep } from 'node:timers/promises';
import { failedStart, superuser } from './cluster.ts';
import {
  checkSocketDirectory,
  type DataLayout,
  dataVersion,
  findDataLayout,
  removeSocketDirectory,
  socketPort,
} from './data-layout.ts';
import { EmbeddedError } from './error.ts';
import { prepare, type Recipe } from './launch-plan.ts';
import { trimLog } from './log.ts';
import { type Claim, claim, currentHolder, type Holder, type Role } from './owner.ts';
import {
  answeringSocket,
  type Postmaster,
  readPidFile,
  startPostmaster,
  stopPostmaster,
} from './postmaster.ts';
import { closeDoor, database, enter, type Presence, prepareDatabase } from './sql.ts';

export { EmbeddedError } from './error.ts';

/** What the embedded server is opened with. */
export interface EmbeddedOptions {
  /** Clientele's data directory, e.g. `./.clientele`; PostgreSQL's own one is `postgres` in it. */
  readonly dataDir: string;
  /** A `serve` owns the directory for itself; a `command` joins a running server or starts one for its own time. */
  readonly role: Role;
  /** Whether a missing data directory is created; by default only `serve` does. */
  readonly create?: boolean;
  /** Told, in a sentence for people, what is being waited for. */
  readonly notice?: (sentence: string) => void;
  /** Settings of PostgreSQL beyond Clientele's own, for tests. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** A running embedded server. */
export interface EmbeddedServer {
  /** Directory of the socket, for the `host` of pg. */
  readonly host: string;
  /** Names the socket file only. */
  readonly port: number;
  readonly user: string;
  readonly database: string;
  /** True where this process started the server, false where it joined a running one. */
  readonly started: boolean;
  /** Pid of the postmaster; another one after each restart. */
  readonly pid: number;
  /** Called each time the server is ready again after it died. */
  onRestart(listener: () => void): void;
  /**
   * Ends what `openEmbedded` began: a server that this process started is stopped, after all commands that
   * joined it where this one is a command itself; a joined one is left. Close connections first. May be called
   * again.
   */
  stop(): Promise<void>;
}

// Milliseconds: how long one process waits for another to finish with the directory, or to make it ready.
const timeoutMs = 60_000;
const longestPause = 2_000;
// A server that ran for this long is not one that dies of its own start.
const steady = 10_000;
const logWatch = 30_000;

/**
 * Opens the PostgreSQL server of a data directory: creates the directory where the role may, joins the server
 * that runs there, or starts it and supervises it until `stop`. Resolves when the server takes queries: about
 * 1.5 s for a new directory, 0.1 s for an existing one.
 *
 * Call it in the main thread: the kernel stops the server when the thread that started it ends. Throws
 * EmbeddedError where the operator has to do something.
 */
export async function openEmbedded(options: EmbeddedOptions): Promise<EmbeddedServer> {
  const { role, create = role === 'serve', notice = () => {} } = options;
  try {
    const place = await findDataLayout(options.dataDir, create);
    if (!place) throw missing(options.dataDir);
    const answers = async () => (await answeringSocket(place)) !== undefined;
    const until = Date.now() + timeoutMs;
    for (let told = false; ; ) {
      // A command must not leave a trace in a directory that holds no data, but may wait for a first start.
      const mayClaim = create || (await dataVersion(place)) !== undefined;
      const outcome = mayClaim
        ? await claim(place.owners, role, answers)
        : { holder: await currentHolder(place.owners, answers) };
      if ('claim' in outcome) return await own(place, outcome.claim, options);
      const { holder } = outcome;
      if (!holder) throw missing(options.dataDir);
      if (role === 'serve' && holder.role === 'serve') throw taken(place, holder);
      const joined = role === 'command' ? await join(place) : undefined;
      if (joined) return joined;
      if (Date.now() > until) throw stillBusy(place, holder);
      if (!told && Date.now() > until - timeoutMs + 300) {
        told = true;
        notice(waitingFor(holder));
      }
      await sleep(20);
    }
  } catch (error) {
    throw explained(error, options.dataDir);
  }
}

/** Starts the server on behalf of this process, which holds `claim`, and keeps it running. */
async function own(place: DataLayout, claim: Claim, options: EmbeddedOptions): Promise<EmbeddedServer> {
  const { role, notice = () => {} } = options;
  try {
    const recipe = await prepare(place, options.settings ?? {}, notice);
    return keepRunning({ recipe, claim, role, notice }, await start(recipe));
  } catch (error) {
    // What went wrong first is what the operator has to know.
    await claim.release().catch(() => {});
    throw error;
  }
}

/** What a server is started from, again and again. */
interface Owned {
  readonly recipe: Recipe;
  readonly claim: Claim;
  readonly role: EmbeddedOptions['role'];
  readonly notice: (sentence: string) => void;
}

/** Starts the server again whenever it ends unasked, until it is stopped. */
function keepRunning({ recipe, claim, role, notice }: Owned, started: Postmaster): EmbeddedServer {
  const { place } = recipe;
  let postmaster = started;
  const listeners = new Set<() => void>();
  const halt = new AbortController();
  const logTimer = setInterval(() => void trimLog(place).catch(() => {}), logWatch).unref();
  // For systems whose kernel does not tell the server that this process ended; elsewhere it is said twice.
  const onExit = () => postmaster.signal('SIGINT');
  process.on('exit', onExit);
  let reviving: Promise<void> = Promise.resolve();

  let readySince = 0;
  const supervise = () => {
    readySince = Date.now();
    postmaster.hold(false);
    void postmaster.ended.then((how) => {
      if (!halt.signal.aborted) reviving = revive(how);
    });
  };

  let pause = 0;
  async function revive(how: string): Promise<void> {
    notice(`PostgreSQL stopped unexpectedly (${how}) and is being started again.`);
    // One that keeps dying is started less and less often, one that ran for a while at once.
    if (Date.now() - readySince > steady) pause = 0;
    for (let told = false; !halt.signal.aborted; ) {
      if (pause > 0) await sleep(pause, undefined, { ref: false, signal: halt.signal }).catch(() => {});
      pause = Math.min(Math.max(pause * 2, 50), longestPause);
      if (halt.signal.aborted) return;
      try {
        await claim.refresh();
        postmaster = await start(recipe);
      } catch (error) {
        // The cause, a full disk perhaps, may pass; until then the API answers that the database is away.
        if (!told) notice(`${(error as Error).message} Clientele goes on trying.`);
        told = true;
        continue;
      }
      supervise();
      for (const listener of listeners) listener();
      return;
    }
  }

  async function shutDown(): Promise<void> {
    if (role === 'command') {
      await closeDoor(recipe.socketDirectory, () =>
        notice('Waiting for other clientele commands that still use the database.'),
      );
    }
    halt.abort();
    clearInterval(logTimer);
    await reviving;
    await stopPostmaster(postmaster);
    process.off('exit', onExit);
    await removeSocketDirectory(place, recipe.socketDirectory);
    await claim.release();
  }

  let stopped: Promise<void> | undefined;
  supervise();
  return {
    ...address(recipe.socketDirectory),
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

/** Joins a server that another process runs; undefined where it is not ready, or about to stop. */
async function join(place: DataLayout): Promise<EmbeddedServer | undefined> {
  const file = await readPidFile(place);
  const socketDirectory = await answeringSocket(place);
  if (!file?.isReady || socketDirectory === undefined) return undefined;
  await checkSocketDirectory(place, socketDirectory);
  const entered = await enter(socketDirectory);
  if (!entered) return undefined;
  let presence = entered;
  let { pid } = file;

  const listeners = new Set<() => void>();
  const halt = new AbortController();
  const watch = (one: Presence) => void one.over.then(rejoin);
  const rejoin = async (): Promise<void> => {
    for (let pause = 50; !halt.signal.aborted; pause = Math.min(pause * 2, longestPause)) {
      await sleep(pause, undefined, { ref: false, signal: halt.signal }).catch(() => {});
      if (halt.signal.aborted) return;
      const again = await enter(socketDirectory);
      if (!again) continue;
      if (halt.signal.aborted) return again.leave();
      presence = again;
      pid = (await readPidFile(place).catch(() => undefined))?.pid ?? pid;
      watch(again);
      for (const listener of listeners) listener();
      return;
    }
  };

  watch(presence);
  return {
    ...address(socketDirectory),
    started: false,
    get pid() {
      return pid;
    },
    onRestart: (listener) => void listeners.add(listener),
    stop: async () => {
      halt.abort();
      await presence.leave();
    },
  };
}

async function start(recipe: Recipe): Promise<Postmaster> {
  const postmaster = await startPostmaster(recipe);
  try {
    await prepareDatabase(recipe.socketDirectory, postmaster.isGone);
    return postmaster;
  } catch (error) {
    await stopPostmaster(postmaster);
    if (error instanceof EmbeddedError) throw error;
    throw failedStart('it took no queries', (error as Error).message, recipe.binaries);
  }
}

function address(host: string) {
  return { host, port: socketPort, user: superuser, database };
}

function missing(dataDir: string): EmbeddedError {
  return new EmbeddedError(
    `There is no Clientele data in ${dataDir}: start it once with \`clientele serve\`, or set CLIENTELE_DATA_DIR.`,
  );
}

function taken(place: DataLayout, holder: Holder): EmbeddedError {
  return new EmbeddedError(
    `Another clientele serve (pid ${holder.pid}) already runs on ${place.root}. ` +
      'Stop it first, or give this one a data directory of its own with CLIENTELE_DATA_DIR.',
  );
}

function waitingFor(holder: Holder): string {
  return holder.role === 'command'
    ? `Waiting for another clientele command (pid ${holder.pid}) to finish with the data directory.`
    : `Waiting for clientele serve (pid ${holder.pid}) to have its database ready.`;
}

function stillBusy(place: DataLayout, holder: Holder): EmbeddedError {
  return new EmbeddedError(
    holder.role === 'command'
      ? `Another clientele command (pid ${holder.pid}) has been using ${place.root} for more than ` +
          `${timeoutMs / 1000} seconds. Start again when it has finished.`
      : `The database of clientele serve (pid ${holder.pid}) on ${place.root} has not become ready within ` +
          `${timeoutMs / 1000} seconds. Look into ${place.log}, and start again when it is ready.`,
  );
}

/** Says what to do about the errors of the file system that an operator can remove. */
function explained(error: unknown, dataDir: string): unknown {
  if (error instanceof EmbeddedError) return error;
  const { code, path = dataDir } = error as NodeJS.ErrnoException;
  const next = {
    EACCES: `is closed to this user (uid ${process.getuid?.()}). Start Clientele as the user who owns the data directory, or hand that over with chown.`,
    EPERM: `may not be changed by this user (uid ${process.getuid?.()}). Start Clientele as the user who owns the data directory, or hand that over with chown.`,
    ELOOP: 'is a symbolic link, which is not followed here. Put the directory or file itself there.',
    EROFS: 'is on a read-only file system. Set CLIENTELE_DATA_DIR to a directory that can be written.',
    ENOTDIR: 'is not a directory. Set CLIENTELE_DATA_DIR to one.',
    EEXIST: 'is not a directory. Set CLIENTELE_DATA_DIR to one.',
    ENOSPC: 'is on a full disk. Free some space and start again.',
    EDQUOT: 'is over the quota of its user. Free some space and start again.',
  }[code ?? ''];
  return next === undefined ? error : new EmbeddedError(`${path} ${next}`, { cause: error });
}
