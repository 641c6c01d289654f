import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ContenderName } from './contenders.ts';
import { root } from './contenders.ts';
import { contenderTitles, growthPlot, kindTitles, svgOf, throughputPlot } from './plots.ts';
import type { Measured, Results } from './report.ts';
import { conditionsOf, cpuTexts, deepPageRatio, median, ratioTo } from './report.ts';
import type { KindName, MeasuredName } from './requests.ts';

// docs/performance.md and its plots, from what a run measured. Nothing in them is written by hand.

/** Writes the tables of the page, and its plots. */
export async function renderPages(results: Results): Promise<void> {
  const page = join(root, 'docs/performance.md');
  await writeFile(page, withSections(await readFile(page, 'utf8'), sectionsOf(results)));
  const folder = join(root, 'docs/plots');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'throughput.svg'), svgOf(throughputPlot(results.kinds)));
  if (results.growth) await writeFile(join(folder, 'growth.svg'), svgOf(growthPlot(results.growth)));
}

/** The page with each section replaced. @throws Error where the page has no place for one. */
export function withSections(page: string, sections: Readonly<Record<string, string>>): string {
  let written = page;
  for (const [name, text] of Object.entries(sections)) {
    const [begin, end] = [`<!-- measured: ${name} -->`, '<!-- end -->'];
    const from = written.indexOf(begin);
    const to = written.indexOf(end, from);
    if (from < 0 || to < 0) throw new Error(`docs/performance.md has no place for ${name}.`);
    written = `${written.slice(0, from + begin.length)}\n\n${text}\n\n${written.slice(to)}`;
  }
  return written;
}

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

const thousands = (value: number): string => Math.round(value).toLocaleString('en-US');

export function sectionsOf(results: Results): Readonly<Record<string, string>> {
  const { bulk, memory, growth } = results;
  const conditions = `${conditionsOf(results)} Medians of the rounds, with the least and the greatest ratio.`;
  return {
    floors: `${conditions}\n\n${floorTable(results)}`,
    peers: peerTable(results),
    ...(bulk && {
      bulk: `In the same run: \`import\` ${thousands(bulk.importPerSecond)} customers a second and \`export customers\` ${thousands(bulk.exportPerSecond)}, each command from its start to its end; a replay of stored events reaches a local receiver at ${thousands(bulk.eventsPerSecond)} events a second${memory === undefined ? '' : `; after the load the server had ${thousands(memory)} MiB of memory`}.`,
    }),
    ...(growth && { growth: growthTable(results) }),
  };
}

/** A row for each kind of request and number of callers that `cells` has something of. */
function rowsOf(
  { kinds }: Results,
  cells: (at: Measured[string]) => readonly string[] | undefined,
): readonly (readonly string[])[] {
  return Object.entries(kinds).flatMap(([kind, measured]) =>
    Object.entries(measured).flatMap(([callers, at]) => {
      const found = cells(at);
      return found ? [[kindTitles[kind as MeasuredName], callers, ...found]] : [];
    }),
  );
}

function ratioCell(at: Measured[string], to: ContenderName): string {
  const ratio = ratioTo(at, to);
  return ratio ? `${ratio.median.toFixed(2)} (${ratio.least.toFixed(2)}–${ratio.most.toFixed(2)})` : '';
}

const cpuCell = (at: Measured[string], of: ContenderName): string => {
  const series = at[of];
  return series ? cpuTexts(series, thousands).join(' + ') : '';
};

function floorTable(results: Results): string {
  const head = [
    ...['Request', 'Callers', 'To the bare floor', 'To the floor that coalesces', 'To the equal-work floor'],
    ...['Clientele a second', 'Its CPU', 'CPU of the bare floor', 'p50 in ms', 'p99 in ms'],
  ];
  return table(
    head,
    rowsOf(results, (at) => [
      ...(['bare', 'coalescing', 'equal'] as const).map((floor) => ratioCell(at, floor)),
      thousands(median(at.ours?.rate ?? [])),
      cpuCell(at, 'ours'),
      cpuCell(at, 'bare'),
      median(at.ours?.p50 ?? []).toFixed(1),
      median(at.ours?.p99 ?? []).toFixed(1),
    ]),
  );
}

function peerTable(results: Results): string {
  const peers = (['parse', 'medusa'] as const).filter((peer) =>
    Object.values(results.kinds).some((measured) => Object.values(measured).some((at) => at[peer])),
  );
  const head = [
    ...['Request', 'Callers', 'Clientele a second'],
    ...peers.flatMap((peer) => [
      `${contenderTitles[peer]} a second`,
      `Clientele to ${contenderTitles[peer]}`,
      `CPU of ${contenderTitles[peer]}`,
    ]),
  ];
  return table(
    head,
    rowsOf(results, (at) =>
      peers.some((peer) => at[peer])
        ? [
            thousands(median(at.ours?.rate ?? [])),
            ...peers.flatMap((peer) => [
              at[peer] ? thousands(median(at[peer].rate)) : '',
              ratioCell(at, peer),
              cpuCell(at, peer),
            ]),
          ]
        : undefined,
    ),
  );
}

function growthTable({ kinds, growth = [] }: Results): string {
  const asked = Object.keys(growth[0]?.kinds ?? {}) as KindName[];
  const head = ['Request', ...growth.map(({ customers }) => `${thousands(customers)} customers`)];
  const rows = asked.map((kind) => [
    kindTitles[kind],
    ...growth.map(({ kinds: of }) => `${of[kind]?.p50.toFixed(2)} / ${of[kind]?.p99.toFixed(2)}`),
  ]);
  const ratio = deepPageRatio(kinds, growth);
  return `${table(head, rows)}\n\nAmong the most customers, the deepest page takes ${ratio} times as long as the first.`;
}
