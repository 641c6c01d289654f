import type { SecurityEvent } from '../../domain/security-events.ts';
import { openSpool } from './spool.ts';

/** Sends events in order. Answers whether all of them arrived; never throws. */
export type Send = (events: readonly SecurityEvent[]) => Promise<boolean>;

export interface PushOptions {
  readonly target: string;
  /** Of the spools of all processes for this target. */
  readonly folder: string;
  readonly mostBytes: number;
  /** Whether this process takes over what dead ones left. One that ends soon leaves it to a server. */
  readonly adopts: boolean;
  readonly send: Send;
}

/** Events on their way to one target. */
export interface Push {
  take(event: SecurityEvent): number;
  usage(): { readonly target: string; readonly spooledBytes: number; readonly dropped: number };
  close(): Promise<void>;
}

/** Milliseconds for which events gather before they are sent. */
const gatherMs = 200;
/** Milliseconds before a target that took nothing is tried again; doubled each time, up to the most. */
const retryMs = { first: 1_000, most: 60_000 };
/** Milliseconds between two looks for what dead processes left. */
const adoptMs = 30_000;
/** Milliseconds that the end of a process waits for its last events. */
const farewellMs = 3_000;

/** Keeps events in a spool and sends them from there, in order, each at least once. No caller waits for it. */
export function openPush({ target, folder, mostBytes, adopts, send }: PushOptions): Push {
  const spool = openSpool(folder, mostBytes);
  if (adopts) spool.adopt();
  let dropped = 0;
  let pause = retryMs.first;
  let timer: NodeJS.Timeout | undefined;
  let underWay: Promise<void> | undefined;
  let isClosing = false;

  /** Answers whether nothing is left. */
  async function drain(): Promise<boolean> {
    for (let batch = await spool.next(); batch; batch = await spool.next()) {
      const events = batch.lines.flatMap(parsed);
      if (events.length > 0 && !(await send(events))) return false;
      batch.done();
      pause = retryMs.first;
    }
    return true;
  }

  async function round(): Promise<void> {
    const isDone = await drain().catch(() => false);
    underWay = undefined;
    if (isDone || isClosing) return;
    schedule(pause);
    pause = Math.min(2 * pause, retryMs.most);
  }

  function schedule(wait: number): void {
    timer ??= setTimeout(() => {
      timer = undefined;
      underWay = round();
    }, wait).unref();
  }

  const adopting = setInterval(() => {
    if (adopts) spool.adopt();
    if (spool.bytes > 0 && !underWay) schedule(gatherMs);
  }, adoptMs).unref();
  if (spool.bytes > 0) schedule(0);

  return {
    take(event) {
      const lost = spool.append(JSON.stringify(event));
      dropped += lost;
      if (!underWay && !isClosing) schedule(gatherMs);
      return lost;
    },
    usage: () => ({ target, spooledBytes: spool.bytes, dropped }),
    async close() {
      isClosing = true;
      clearTimeout(timer);
      clearInterval(adopting);
      let farewell: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        farewell = setTimeout(resolve, farewellMs);
      });
      const last = (underWay ?? Promise.resolve()).then(drain).then(() => undefined);
      await Promise.race([last.catch(() => undefined), late]);
      clearTimeout(farewell);
      spool.close();
    },
  };
}

/** A line that a crash of the machine left unreadable is passed over. */
function parsed(line: string): readonly SecurityEvent[] {
  try {
    return [JSON.parse(line) as SecurityEvent];
  } catch {
    return [];
  }
}
