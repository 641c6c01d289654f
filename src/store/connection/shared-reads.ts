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
 * Reads of single rows that arrive while another one of their kind and brand is under way share the next statement. Where
 * nothing is under way, a read is sent at once and alone. No read is answered from a statement that was sent before it
 * arrived, so each of them sees every change that was answered before. None waits for another statement longer than a
 * moment: then it is sent, down the next pipeline.
 */
export interface SharedReads {
  read(by: ReadById, brandId: string, id: string): Promise<Row | undefined>;
}

interface Waiting {
  readonly id: string;
  readonly resolve: (row: Row | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/** Reads in one statement. */
const most = 64;
/** Milliseconds after which no read waits any longer for the statement before its own. */
const patienceMs = 20;

export function openSharedReads(
  send: (query: Statement, values: readonly Value[]) => Promise<readonly Row[]>,
): SharedReads {
  /** Those that wait, for each kind and brand of which a statement is waited for. */
  const queues = new Map<string, Waiting[]>();

  function sendNext(name: string, by: ReadById, brandId: string, isLate = false): void {
    const queue = queues.get(name) ?? [];
    // The statement before is slow, and the next one may be too. So nothing is left behind that.
    while (isLate && queue.length > most) sendGroup(by, brandId, queue.splice(0, most), () => undefined);
    if (queue.length === 0) queues.delete(name);
    else
      sendGroup(by, brandId, queue.splice(0, most), (late) => {
        sendNext(name, by, brandId, late);
      });
  }

  /** `next` is called once: when the statement is answered, or is late. */
  function sendGroup(
    by: ReadById,
    brandId: string,
    group: readonly Waiting[],
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
    const [first] = group;
    const sent =
      first && group.length === 1
        ? send(by.one, [brandId, first.id])
        : send(by.many, [brandId, group.map(({ id }) => id)]);
    sent.then(
      (rows) => {
        end(false);
        settle(group, rows, by.column);
      },
      (error) => {
        end(false);
        for (const { reject } of group) reject(error);
      },
    );
  }

  return {
    read: (by, brandId, id) =>
      new Promise((resolve, reject) => {
        const name = `${by.many.name} ${brandId}`;
        const queue = queues.get(name);
        if (queue) {
          queue.push({ id, resolve, reject });
          return;
        }
        queues.set(name, [{ id, resolve, reject }]);
        sendNext(name, by, brandId);
      }),
  };
}

function settle(group: readonly Waiting[], rows: readonly Row[], column: string): void {
  const byId = new Map(rows.map((row) => [row[column], row]));
  for (const { id, resolve } of group) resolve(byId.get(id));
}
