// What must stay flat while a server is under load for a long time, and what may grow because it is kept on purpose.

/** One look at a server under load. */
export interface Sample {
  /** Seconds since the load began. */
  readonly at: number;
  /** Resident memory of the server process, in bytes. */
  readonly rss: number;
  /** Open file descriptors of the server process. */
  readonly handles: number;
  /** Bytes of the write-ahead log. */
  readonly wal: number;
  /** Bytes of each table with its indexes. */
  readonly tables: Readonly<Record<string, number>>;
}

/**
 * Tables whose rows are kept on purpose: the trail for years, events and deliveries for 30 days, answers and the counts of
 * look-ups for 24 hours.
 */
export const keptTables: readonly string[] = [
  'audit',
  'audit_checkpoints',
  'deliveries',
  'delivery_attempts',
  'erased_customers',
  'events',
  'idempotency',
  'lookup_budgets',
];

const mebibyte = 2 ** 20;

/** How much each figure may be above its own level of the middle of the run, at the end. A log segment has 16 MiB. */
const allowances = {
  rss: { share: 0.05, more: 8 * mebibyte },
  handles: { share: 0.05, more: 8 },
  wal: { share: 0.05, more: 32 * mebibyte },
  tables: { share: 0.05, more: mebibyte },
} as const;

interface Growth {
  readonly what: string;
  readonly middle: number;
  readonly end: number;
}

/** What grew over the second half of a run: the median of the last quarter against that of the third. */
export function growths(samples: readonly Sample[]): readonly Growth[] {
  const half = samples.slice(Math.floor(samples.length / 2));
  const middle = half.slice(0, Math.ceil(half.length / 2));
  const end = half.slice(Math.ceil(half.length / 2));
  if (end.length === 0) throw new Error('A run needs at least four samples.');
  const compare = (
    what: string,
    { share, more }: { readonly share: number; readonly more: number },
    of: (sample: Sample) => number,
  ): readonly Growth[] => {
    const [before, after] = [middle, end].map((part) => median(part.map(of))) as [number, number];
    return after > before * (1 + share) + more ? [{ what, middle: before, end: after }] : [];
  };
  const tables = Object.keys(end.at(-1)?.tables ?? {}).filter((table) => !keptTables.includes(table));
  return [
    ...compare('memory', allowances.rss, ({ rss }) => rss),
    ...compare('handles', allowances.handles, ({ handles }) => handles),
    ...compare('write-ahead log', allowances.wal, ({ wal }) => wal),
    ...tables.flatMap((table) =>
      compare(`table ${table}`, allowances.tables, ({ tables }) => tables[table] ?? 0),
    ),
  ];
}

const median = (numbers: readonly number[]): number =>
  [...numbers].sort((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? Number.NaN;
