import type { Row, Statement, Value } from './statement.ts';

/** How rows of one kind are read by their ids. Both statements take the brand first. */
export interface ReadById {
  /** Takes one id. */
  readonly one: Statement;
  /** Takes an array of ids. */
  readonly many: Statement;
  /** The column with the id. */
  readonly column: string;
}

/**
 * Reads that arrive while another one of their kind and brand is under way share the next statement. Where nothing is under
 * way, a read is sent at once and alone. No read is answered from a statement that was sent before it arrived, so each of
 * them sees every change that was answered before. None waits for another statement longer than a moment: then it is sent,
 * down the next pipeline.
 */
export interface SharedReads {
  /** A single row by its id. */
  read(by: ReadById, brandId: string, id: string): Promise<Row | undefined>;
  /**
   * What has the same answer for all who ask at the same time. `about`: what tells one question from another. The
   * statement has the values of the one who asked last.
   */
  ask(query: Statement, about: string, values: readonly Value[]): Promise<readonly Row[]>;
}

interface Waiting<Asked, Found> {
  readonly asked: Asked;
  readonly resolve: (found: Found) => void;
  readonly reject: (error: unknown) => void;
}

/** One statement for all that was asked. It answers with what finds the answer to each. */
type SendGroup<Asked, Found> = (group: readonly Asked[]) => Promise<(asked: Asked) => Found>;

/** Reads in one statement. */
const most = 64;
/** Milliseconds after which no read waits any longer for the statement before its own. */
const patienceMs = 20;

export function openSharedReads(
  send: (query: Statement, values: readonly Value[]) => Promise<readonly Row[]>,
): SharedReads {
  const share = openTurns();
  return {
    read: (by, brandId, id) =>
      share(`${by.many.name} ${brandId}`, id, async (ids: readonly string[]) => {
        const query = ids.length === 1 ? by.one : by.many;
        const rows = await send(query, [brandId, ids.length === 1 ? (ids[0] ?? id) : ids]);
        const byId = new Map(rows.map((row) => [row[by.column], row]));
        return (one) => byId.get(one);
      }),
    ask: (query, about, values) =>
      share(`${query.name} ${about}`, values, async (all: readonly (readonly Value[])[]) => {
        const rows = await send(query, all.at(-1) ?? values);
        return () => rows;
      }),
  };
}

function openTurns() {
  /** Those that wait, for each name of which a statement is waited for. */
  const queues = new Map<string, Waiting<unknown, unknown>[]>();

  function sendNext(name: string, send: SendGroup<unknown, unknown>, isLate = false): void {
    const queue = queues.get(name) ?? [];
    // The statement before is slow, and the next one may be too. So nothing is left behind that.
    while (isLate && queue.length > most) sendGroup(queue.splice(0, most), send, () => undefined);
    if (queue.length === 0) queues.delete(name);
    else sendGroup(queue.splice(0, most), send, (late) => sendNext(name, send, late));
  }

  return <Asked, Found>(name: string, asked: Asked, send: SendGroup<Asked, Found>): Promise<Found> =>
    new Promise((resolve, reject) => {
      const waiting = { asked, resolve, reject } as Waiting<unknown, unknown>;
      const queue = queues.get(name);
      if (queue) {
        queue.push(waiting);
        return;
      }
      queues.set(name, [waiting]);
      sendNext(name, send as SendGroup<unknown, unknown>);
    });
}

/** `next` is called once: when the statement is answered, or is late. */
function sendGroup(
  group: readonly Waiting<unknown, unknown>[],
  send: SendGroup<unknown, unknown>,
  next: (isLate: boolean) => void,
): void {
  let isWaitedFor = true;
  const end = (isLate: boolean) => {
    if (!isWaitedFor) return;
    isWaitedFor = false;
    clearTimeout(timer);
    next(isLate);
  };
  const timer = setTimeout(end, patienceMs, true);
  send(group.map(({ asked }) => asked)).then(
    (found) => {
      end(false);
      for (const { asked, resolve } of group) resolve(found(asked));
    },
    (error) => {
      end(false);
      for (const { reject } of group) reject(error);
    },
  );
}
