import { randomBytes } from 'node:crypto';
import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';

/**
 * Lines on their way to one target, in files that survive the process. Each process writes into a folder of its
 * own, as segments that are named by their time. What a process left that has died, another takes over.
 */
export interface Spool {
  /** Keeps a line. Answers how many lines were dropped for it, or because it could not be written. */
  append(line: string): number;
  /** The oldest lines that are not done. */
  next(): Promise<Batch | undefined>;
  /** Takes over what dead processes left, and shows others that this one lives. */
  adopt(): void;
  readonly bytes: number;
  /** Removes the folder if nothing is left in it. */
  close(): void;
}

export interface Batch {
  readonly lines: readonly string[];
  /** Forgets the lines. Until then a restart brings them again. */
  done(): void;
}

interface Segment {
  readonly name: string;
  bytes: number;
  /** How much of it was delivered. */
  offset: number;
}

/** The most that is read for one batch. */
const batchBytes = 128 * 1024;
/** Milliseconds without a sign of life after which a folder counts as left. */
const abandonedAfter = 120_000;

export function openSpool(folder: string, mostBytes: number): Spool {
  const own = join(folder, `${hostname()}.${process.pid}.${randomBytes(6).toString('hex')}`);
  const segments = openSegments(own, Math.max(1, Math.min(1024 * 1024, Math.floor(mostBytes / 8))));
  mkdirSync(own, { recursive: true, mode: 0o700 });

  return {
    append(line) {
      const text = `${line}\n`;
      const size = Buffer.byteLength(text);
      let dropped = 0;
      while (segments.all.length > 0 && segments.bytes + size > mostBytes) dropped += segments.dropOldest();
      try {
        segments.append(text, size);
      } catch {
        // A full disk, for example. The log has the event; the count says that the target misses it.
        dropped += 1;
      }
      return dropped;
    },
    async next() {
      for (const segment of segments.all) {
        const text = await readFrom(join(own, segment.name), segment.offset);
        const end = text === undefined ? 0 : text.lastIndexOf('\n') + 1;
        if (text === undefined || end === 0) {
          // Another process took the segment over, or a crash left half a line at its end.
          if (!segments.isCurrent(segment)) segments.remove(segment);
          continue;
        }
        const whole = text.slice(0, end);
        const upTo = segment.offset + Buffer.byteLength(whole);
        return { lines: whole.split('\n').slice(0, -1), done: () => segments.settle(segment, upTo) };
      }
      return undefined;
    },
    adopt() {
      const now = new Date();
      mkdirSync(own, { recursive: true, mode: 0o700 });
      utimesSync(own, now, now);
      const left = foldersIn(folder).filter((name) => join(folder, name) !== own && isLeft(folder, name));
      segments.add(left.flatMap((name) => moveSegments(join(folder, name), own)));
    },
    get bytes() {
      return segments.bytes;
    },
    close() {
      for (const segment of segments.all) if (segment.offset >= segment.bytes) segments.remove(segment);
      removeEmpty(own);
    },
  };
}

/** The segments in a process's own folder, oldest first. New lines go to the current one. */
function openSegments(own: string, segmentBytes: number) {
  let all: readonly Segment[] = [];
  let current: Segment | undefined;
  let made = 0;
  const pathOf = ({ name }: Segment) => join(own, name);

  function segmentFor(size: number): Segment {
    if (current && current.bytes + size <= segmentBytes) return current;
    made += 1;
    const order = `${String(Date.now()).padStart(15, '0')}-${String(made).padStart(8, '0')}`;
    current = { name: `${order}-${randomBytes(3).toString('hex')}.ndjson`, bytes: 0, offset: 0 };
    all = [...all, current];
    return current;
  }

  function remove(segment: Segment): void {
    rmSync(pathOf(segment), { force: true });
    rmSync(`${pathOf(segment)}.at`, { force: true });
    all = all.filter((one) => one !== segment);
    if (current === segment) current = undefined;
  }

  return {
    get all() {
      return all;
    },
    get bytes() {
      return all.reduce((sum, { bytes, offset }) => sum + bytes - offset, 0);
    },
    isCurrent: (segment: Segment) => segment === current,
    remove,
    append(text: string, size: number): void {
      const segment = segmentFor(size);
      mkdirSync(own, { recursive: true, mode: 0o700 });
      appendFileSync(pathOf(segment), text, { mode: 0o600 });
      segment.bytes += size;
    },
    /** Answers how many lines of the oldest segment were not delivered. */
    dropOldest(): number {
      const [oldest] = all;
      if (!oldest) return 0;
      const lines = linesIn(pathOf(oldest), oldest.offset);
      remove(oldest);
      return lines;
    },
    settle(segment: Segment, offset: number): void {
      if (!all.includes(segment)) return;
      segment.offset = offset;
      if (segment.offset >= segment.bytes && segment !== current) remove(segment);
      else writeFileSync(`${pathOf(segment)}.at`, String(offset), { mode: 0o600 });
    },
    add(more: readonly Segment[]): void {
      all = [...all, ...more].sort((one, other) => (one.name < other.name ? -1 : 1));
    },
  };
}

function foldersIn(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
}

/** Whether the process that wrote into a folder is gone. */
function isLeft(folder: string, name: string): boolean {
  const [, host, pid] = /^(.*)\.(\d+)\.[0-9a-f]{12}$/.exec(name) ?? [];
  if (host === undefined || pid === undefined) return false;
  // In a container every process has the same number. The folder of this process has another name.
  const isDead = host === hostname() && (Number(pid) === process.pid || !isAlive(Number(pid)));
  const age = Date.now() - (statSync(join(folder, name), { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
  return isDead || age > abandonedAfter;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // A process of another account may not be signalled, and lives.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Moves the segments of a folder. One that another process moved first is left out. */
function moveSegments(from: string, to: string): readonly Segment[] {
  const moved: Segment[] = [];
  for (const name of readdirSync(from).filter((file) => file.endsWith('.ndjson'))) {
    try {
      const offset = Number(readText(join(from, `${name}.at`)) ?? 0) || 0;
      renameSync(join(from, name), join(to, name));
      writeFileSync(join(to, `${name}.at`), String(offset), { mode: 0o600 });
      rmSync(join(from, `${name}.at`), { force: true });
      moved.push({ name, bytes: statSync(join(to, name)).size, offset });
    } catch {
      // Moved by another process.
    }
  }
  removeEmpty(from);
  return moved;
}

function removeEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // Not empty, or gone.
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

const linesIn = (path: string, offset: number): number =>
  Buffer.from(readText(path) ?? '')
    .subarray(offset)
    .filter((byte) => byte === 10).length;

/** The next bytes of a file, or `undefined` where it is gone. */
async function readFrom(path: string, offset: number): Promise<string | undefined> {
  const file = await open(path, 'r').catch(() => undefined);
  if (!file) return undefined;
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(batchBytes), 0, batchBytes, offset);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}
