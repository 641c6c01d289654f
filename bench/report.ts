import type { ContenderName } from './contenders.ts';

/** What the rounds of one kind of request, at one concurrency, measured of one contender. */
export interface Series {
  /** Requests a second, one for each round. */
  readonly rate: number[];
  /** Microseconds of CPU for each request, of the program and of PostgreSQL. */
  readonly app: number[];
  readonly db: number[];
  /** Milliseconds. */
  readonly p50: number[];
  readonly p99: number[];
}

export type Kinds = Readonly<
  Record<string, Readonly<Record<number, Readonly<Record<ContenderName, Series>>>>>
>;

export interface Bulk {
  readonly importPerSecond: number;
  readonly exportPerSecond: number;
  readonly eventsPerSecond: number;
  readonly memory: number;
}

export const newSeries = (): Series => ({ rate: [], app: [], db: [], p50: [], p99: [] });

const median = (values: readonly number[]): number =>
  [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;

const rounded = (value: number): number => Number(value.toPrecision(3));

/** Throughput of Clientele divided by that of another one, round by round. */
const ratiosOf = (of: Readonly<Record<ContenderName, Series>>, to: ContenderName): readonly number[] =>
  of.ours.rate.map((rate, round) => rate / (of[to].rate[round] ?? Number.NaN));

const mapped = <From, To>(of: Readonly<Record<string, From>>, to: (value: From, name: string) => To) =>
  Object.fromEntries(Object.entries(of).map(([name, value]) => [name, to(value, name)]));

/** One JSON object for programs. */
export function jsonReport(kinds: Kinds, bulk: Bulk | undefined): object {
  const ratios = (to: ContenderName) =>
    mapped(kinds, (at) => mapped(at, (series) => rounded(median(ratiosOf(series, to)))));
  const once = (kind: string) => kinds[kind]?.[1]?.ours.p50 ?? [];
  return {
    ratios: { floor: ratios('bare'), equal: ratios('equal'), peers: {} },
    ...(bulk && {
      import_per_s: rounded(bulk.importPerSecond),
      export_per_s: rounded(bulk.exportPerSecond),
      events_per_s: rounded(bulk.eventsPerSecond),
      memory_mib: rounded(bulk.memory),
    }),
    deep_page_ratio: rounded(median(once('deep')) / median(once('list'))),
  };
}

/** Lines for people. */
export function textReport(kinds: Kinds, bulk: Bulk | undefined): string {
  const lines: string[] = [];
  for (const [kind, at] of Object.entries(kinds))
    for (const [concurrency, series] of Object.entries(at)) {
      const shown = (['bare', 'equal'] as const).map((to) => {
        const ratios = ratiosOf(series, to);
        const [least, most] = [Math.min(...ratios), Math.max(...ratios)];
        return `${to} ${median(ratios).toFixed(2)} (${least.toFixed(2)} to ${most.toFixed(2)})`;
      });
      lines.push(`${kind.padEnd(8)} x${concurrency.padEnd(2)}  ${shown.join('  ')}`);
      for (const [name, { rate, app, db, p50, p99 }] of Object.entries(series))
        lines.push(
          `${' '.repeat(14)}${name.padEnd(6)}${median(rate).toFixed(0).padStart(7)}/s ${median(app).toFixed(0).padStart(5)} us app ${median(db).toFixed(0).padStart(5)} us database  p50 ${median(p50).toFixed(1)} ms  p99 ${median(p99).toFixed(1)} ms`,
        );
    }
  if (bulk)
    lines.push(
      `import ${bulk.importPerSecond.toFixed(0)}/s, export ${bulk.exportPerSecond.toFixed(0)}/s, webhooks ${bulk.eventsPerSecond.toFixed(0)} events/s, memory of the server at the end ${bulk.memory.toFixed(0)} MiB`,
    );
  return lines.join('\n');
}
