import type { ContenderName, PeerName } from './contenders.ts';
import type { KindName, MeasuredName } from './requests.ts';

/** What the rounds of one kind of request, at one concurrency, measured of one contender. */
export interface Series {
  /** Requests a second, one for each round. */
  readonly rate: number[];
  /** Microseconds of CPU for each request, of the program and of PostgreSQL. */
  readonly app: number[];
  readonly db: number[];
  /** Ticks of 10 ms in which that was counted. */
  readonly appTicks?: number[];
  readonly dbTicks?: number[];
  /** Milliseconds. */
  readonly p50: number[];
  readonly p99: number[];
}

/** By the number of callers, then by contender. */
export type Measured = Readonly<Record<string, Readonly<Partial<Record<ContenderName, Series>>>>>;
export type Kinds = Readonly<Partial<Record<MeasuredName, Measured>>>;

export interface Bulk {
  readonly importPerSecond: number;
  readonly exportPerSecond: number;
  readonly eventsPerSecond: number;
}

/** Milliseconds of each kind of request with one caller, at one number of customers. */
export interface Growth {
  readonly customers: number;
  readonly kinds: Readonly<Partial<Record<KindName, { readonly p50: number; readonly p99: number }>>>;
}

/** Everything that a run measured. Tables and plots are made from it alone. */
export interface Results {
  readonly machine: string;
  readonly day: string;
  /** The options of the command. */
  readonly options?: string;
  /** What a reader has to know about the run, such as other work of the machine. */
  readonly note?: string;
  readonly customers: number;
  readonly rounds: number;
  /** Milliseconds. */
  readonly slice: number;
  readonly kinds: Kinds;
  /** Mebibytes of the server after the load. */
  readonly memory?: number;
  readonly bulk?: Bulk;
  readonly growth?: readonly Growth[];
}

/** On which machine, when and how long was measured, in a sentence. */
export function conditionsOf(results: Results): string {
  const { machine, day, options, customers, rounds, slice, note } = results;
  const command = options === undefined ? '' : `\`npm run bench${options && ` -- ${options}`}\`, `;
  const sizes = `${customers} customers, ${rounds} rounds of ${slice} ms each.`;
  return `${command}${machine}, ${day}; ${sizes}${note === undefined ? '' : ` ${note}`}`;
}

export const newSeries = (): Series => ({
  ...{ rate: [], p50: [], p99: [] },
  ...{ app: [], db: [], appTicks: [], dbTicks: [] },
});

/** Ticks that a figure of CPU needs at least, all rounds together. */
const fewestTicks = 20;

/** Microseconds of CPU for each request, of the program and of PostgreSQL; `–` where too few ticks were counted. */
export function cpuTexts(
  { app, db, appTicks, dbTicks }: Series,
  written: (value: number) => string,
): readonly [string, string] {
  const isCounted = (ticks: readonly number[] | undefined) =>
    ticks === undefined || ticks.reduce((sum, of) => sum + of, 0) >= fewestTicks;
  return [isCounted(appTicks) ? written(median(app)) : '–', isCounted(dbTicks) ? written(median(db)) : '–'];
}

export const median = (values: readonly number[]): number =>
  [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;

const rounded = (value: number): number => Number(value.toPrecision(3));

export interface Ratio {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/** Throughput of Clientele divided by that of another one, round by round. */
export function ratioTo(at: Measured[string] | undefined, to: ContenderName): Ratio | undefined {
  const [ours, other] = [at?.ours, at?.[to]];
  if (!ours || !other) return undefined;
  const ratios = ours.rate.map((rate, round) => rate / (other.rate[round] ?? Number.NaN));
  return { median: median(ratios), least: Math.min(...ratios), most: Math.max(...ratios) };
}

type Figures = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** One figure for each kind and number of callers. Without the kinds that have none. */
function figuresOf(kinds: Kinds, figure: (at: Measured[string]) => number | undefined): Figures {
  const found = Object.entries(kinds).map(([kind, measured]) => {
    const at = Object.entries(measured).flatMap(([callers, one]) => {
      const value = figure(one);
      return value === undefined ? [] : [[callers, rounded(value)] as const];
    });
    return [kind, Object.fromEntries(at)] as const;
  });
  return Object.fromEntries(found.filter(([, at]) => Object.keys(at).length > 0));
}

const peers: readonly PeerName[] = ['parse', 'medusa'];

/** One JSON object for programs. */
export function jsonReport({ kinds, memory, bulk, growth }: Results): object {
  const ratios = (to: ContenderName) => figuresOf(kinds, (at) => ratioTo(at, to)?.median);
  const ours = (of: (series: Series) => number) => figuresOf(kinds, ({ ours }) => ours && of(ours));
  const measured = peers.map((peer) => [peer, ratios(peer)] as const);
  return {
    ratios: {
      floor: ratios('bare'),
      coalescing_floor: ratios('coalescing'),
      equal: ratios('equal'),
      peers: Object.fromEntries(measured.filter(([, of]) => Object.keys(of).length > 0)),
    },
    p50_ms: ours(({ p50 }) => median(p50)),
    p99_ms: ours(({ p99 }) => median(p99)),
    p99_to_p50: ours(({ p50, p99 }) => median(p99) / median(p50)),
    ...(memory !== undefined && { memory_mib: rounded(memory) }),
    ...(bulk && {
      import_per_s: rounded(bulk.importPerSecond),
      export_per_s: rounded(bulk.exportPerSecond),
      events_per_s: rounded(bulk.eventsPerSecond),
    }),
    ...(growth && {
      growth: Object.fromEntries(growth.map(({ customers, kinds }) => [customers, kinds])),
    }),
    deep_page_ratio: deepPageRatio(kinds, growth),
  };
}

/** How much longer the deepest page takes than the first: among the most customers that were measured. */
export function deepPageRatio(kinds: Kinds, growth: readonly Growth[] | undefined): number | undefined {
  const grown = growth?.at(-1)?.kinds;
  const once = (kind: 'deep' | 'list') => grown?.[kind]?.p50 ?? median(kinds[kind]?.[1]?.ours?.p50 ?? []);
  const ratio = once('deep') / once('list');
  return Number.isNaN(ratio) ? undefined : rounded(ratio);
}

/** Lines for people. */
export function textReport({ kinds, memory, bulk, growth }: Results): string {
  const lines: string[] = [];
  for (const [kind, measured] of Object.entries(kinds))
    for (const [callers, at] of Object.entries(measured)) {
      lines.push(`${kind.padEnd(8)} x${callers.padEnd(2)}`);
      for (const [name, series] of Object.entries(at)) {
        const { rate, p50, p99 } = series;
        const [app, db] = cpuTexts(series, (value) => value.toFixed(0));
        const ratio = name === 'ours' ? undefined : ratioTo(at, name as ContenderName);
        const beside =
          ratio && `ratio ${ratio.median.toFixed(2)} (${ratio.least.toFixed(2)} to ${ratio.most.toFixed(2)})`;
        lines.push(
          `  ${name.padEnd(10)}${median(rate).toFixed(0).padStart(7)}/s ${app.padStart(5)} us app ${db.padStart(5)} us database  p50 ${median(p50).toFixed(1)} ms  p99 ${median(p99).toFixed(1)} ms  ${beside ?? ''}`,
        );
      }
    }
  if (memory !== undefined) lines.push(`memory of the server after the load ${memory.toFixed(0)} MiB`);
  if (bulk)
    lines.push(
      `import ${bulk.importPerSecond.toFixed(0)}/s, export ${bulk.exportPerSecond.toFixed(0)}/s, webhooks ${bulk.eventsPerSecond.toFixed(0)} events/s`,
    );
  for (const { customers, kinds: of } of growth ?? [])
    for (const [kind, { p50, p99 }] of Object.entries(of))
      lines.push(`${customers} customers, ${kind}: p50 ${p50.toFixed(2)} ms  p99 ${p99.toFixed(2)} ms`);
  return lines.join('\n');
}
