import { expect, test } from 'vitest';
import { sectionsOf, withSections } from '../../bench/pages.ts';
import { growthPlot, roundUp, svgOf, throughputPlot } from '../../bench/plots.ts';
import type { Results, Series } from '../../bench/report.ts';
import { conditionsOf, jsonReport, median, ratioTo, textReport } from '../../bench/report.ts';

const series = (rate: number[], p50 = 2, p99 = 10): Series => ({
  rate,
  app: rate.map(() => 100),
  db: rate.map(() => 50),
  p50: rate.map(() => p50),
  p99: rate.map(() => p99),
});

const results: Results = {
  machine: 'Node v20, 2 x CPU',
  day: '2026-11-29',
  ...{ customers: 100, rounds: 3, slice: 10, memory: 150.4 },
  kinds: {
    get: {
      1: { ours: series([100, 110, 90], 1), bare: series([200, 110, 100]), parse: series([50, 55, 30]) },
      64: {
        ours: series([300, 300, 300], 2, 12),
        bare: series([400, 400, 400]),
        coalescing: series([600, 600, 600]),
      },
    },
    list: { 1: { ours: series([10, 10, 10], 4), bare: series([10, 10, 10]) } },
    deep: { 1: { ours: series([10, 10, 10], 5), bare: series([1, 1, 1]) } },
  },
  bulk: { importPerSecond: 1_234.5, exportPerSecond: 20_000, eventsPerSecond: 500 },
};
const grown: Results = {
  ...results,
  growth: [
    { customers: 10_000, kinds: { list: { p50: 1, p99: 3 }, deep: { p50: 1, p99: 4 } } },
    { customers: 1_000_000, kinds: { list: { p50: 2, p99: 3 }, deep: { p50: 3, p99: 5 } } },
  ],
};

test('a ratio is taken round by round, so that a slow moment of the machine is in both', () => {
  expect(ratioTo(results.kinds.get?.[1], 'bare')).toEqual({ median: 0.9, least: 0.5, most: 1 });
  expect(ratioTo(results.kinds.get?.[1], 'medusa')).toBeUndefined();
  expect(median([5, 1, 3])).toBe(3);
});

test('the report for programs has the ratios by contender, kind and number of callers', () => {
  expect(jsonReport(results)).toMatchObject({
    ratios: {
      floor: { get: { 1: 0.9, 64: 0.75 }, list: { 1: 1 }, deep: { 1: 10 } },
      equal: {},
      peers: { parse: { get: { 1: 2 } } },
    },
    p99_to_p50: { get: { 64: 6 } },
    memory_mib: 150,
    import_per_s: 1_230,
    deep_page_ratio: 1.25,
  });
  expect(jsonReport(results)).not.toHaveProperty('ratios.peers.medusa');
});

test('the deepest page is compared among the most customers that were measured', () => {
  expect(jsonReport(grown)).toMatchObject({ deep_page_ratio: 1.5 });
});

test('people read every contender, and the ratio beside it', () => {
  const text = textReport(results);
  expect(text).toContain('ratio 0.90 (0.50 to 1.00)');
  expect(text).toMatch(/parse +50\/s/);
});

test('reads that are recorded have a row beside the floors, and none beside peers that were not asked', () => {
  const recorded: Results = {
    ...results,
    kinds: { ...results.kinds, get_recorded: { 16: { ours: series([50]), bare: series([100]) } } },
  };
  const { floors, peers } = sectionsOf(recorded);
  expect(floors).toContain('| get one, recorded | 16 | 0.50 (0.50–0.50) |');
  expect(peers).not.toContain('recorded');
  expect(peers).not.toContain('list 20');
  expect(peers).toContain('| get one | 1 |');
});

test('a figure of CPU that was counted in fewer than 20 ticks is a dash', () => {
  const ours = { ...series([10, 10, 10]), appTicks: [6, 7, 7], dbTicks: [6, 7, 6] };
  const few: Results = { ...results, kinds: { get: { 1: { ours } } } };
  expect(textReport(few)).toMatch(/ 100 us app +– us database/);
  expect(sectionsOf(few)['floors']).toContain('| 100 + – |');
});

test('the conditions name the command with its options, and a run from before they were kept has none', () => {
  const sizes = '2026-11-29; 100 customers, 3 rounds of 10 ms each.';
  expect(conditionsOf({ ...results, options: '--full --rounds 3', note: 'Busy.' })).toBe(
    `\`npm run bench -- --full --rounds 3\`, Node v20, 2 x CPU, ${sizes} Busy.`,
  );
  expect(conditionsOf(results)).toBe(`Node v20, 2 x CPU, ${sizes}`);
});

test('the sections of the page are replaced, and nothing around them', () => {
  const names = Object.keys(sectionsOf(grown));
  const page = names.map((name) => `Before.\n\n<!-- measured: ${name} -->\n\nold\n\n<!-- end -->\n`).join('');
  const written = withSections(page, sectionsOf(grown));
  expect(written).not.toContain('old');
  expect(written).not.toContain('NaN');
  expect(written.match(/Before\./g)).toHaveLength(names.length);
  expect(written).toContain('| get one | 1 | 0.90 (0.50–1.00) |');
  expect(written).toContain('| 100 | 50 | 2.00 (2.00–3.00) | 100 + 50 |');
  expect(withSections(written, sectionsOf(grown))).toBe(written);
  expect(() => withSections('No place.', sectionsOf(results))).toThrow('no place for floors');
});

test('a plot names its axes with units, and its lines have the points that were measured', () => {
  const plot = throughputPlot(results.kinds);
  expect(plot.panels[0]?.lines.map(({ name }) => name)).toEqual([
    'Clientele',
    'bare floor',
    'floor that coalesces',
    'Parse Server',
  ]);
  expect(plot.panels[0]?.lines[0]?.points).toEqual([
    [1, 100],
    [64, 300],
  ]);
  const svg = svgOf(plot);
  expect(svg).toContain('requests a second');
  expect(svg).toContain('callers at the same time');
  expect(svg).toContain('prefers-color-scheme: dark');
  expect(svg.match(/<polyline/g)).toHaveLength(8);
  expect(svg).not.toContain('NaN');
  expect(svgOf(growthPlot(grown.growth ?? []))).toContain('milliseconds');
});

test.each([
  [7, 10],
  [1_100, 2_000],
  [0.03, 0.05],
  [5, 5],
])('the axis of a plot for %d ends at %d', (value, end) => {
  expect(roundUp(value)).toBeCloseTo(end);
});
