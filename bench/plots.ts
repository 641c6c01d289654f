import type { ContenderName } from './contenders.ts';
import type { Growth, Kinds } from './report.ts';
import { median } from './report.ts';
import type { KindName, MeasuredName } from './requests.ts';

// Plots as SVG. A plot has a panel for each kind of request, so that kinds of very different speed stay readable.

export interface Line {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface Panel {
  readonly title: string;
  readonly lines: readonly Line[];
}

export interface Plot {
  readonly title: string;
  /** With the unit. */
  readonly x: string;
  readonly y: string;
  readonly panels: readonly Panel[];
}

export const kindTitles: Readonly<Record<MeasuredName, string>> = {
  get: 'get one',
  list: 'list 20, page 1',
  deep: 'list 20, deepest page',
  search: 'search by email',
  create: 'create',
  patch: 'PATCH phone',
  address: 'PATCH an address',
  delete: 'delete',
  get_recorded: 'get one, recorded',
  list_recorded: 'list 20, recorded',
};

export const contenderTitles: Readonly<Record<ContenderName, string>> = {
  ours: 'Clientele',
  bare: 'bare floor',
  coalescing: 'floor that coalesces',
  equal: 'equal-work floor',
  parse: 'Parse Server',
  medusa: 'Medusa',
};

/** Requests a second against callers. */
export function throughputPlot(kinds: Kinds): Plot {
  const panels = Object.entries(kinds).map(([kind, measured]) => {
    const lines = Object.entries(contenderTitles).map(([contender, name]) => ({
      name,
      points: Object.entries(measured).flatMap(([callers, at]) => {
        const series = at[contender as ContenderName];
        return series ? [[Number(callers), median(series.rate)] as const] : [];
      }),
    }));
    return {
      title: kindTitles[kind as MeasuredName],
      lines: lines.filter(({ points }) => points.length > 0),
    };
  });
  return {
    title: 'Throughput against concurrency',
    x: 'callers at the same time',
    y: 'requests a second',
    panels,
  };
}

/** Milliseconds of a request against the number of customers. */
export function growthPlot(growth: readonly Growth[]): Plot {
  const kinds = Object.keys(growth[0]?.kinds ?? {}) as KindName[];
  const panels = kinds.map((kind) => ({
    title: kindTitles[kind],
    lines: (['p50', 'p99'] as const).map((share) => ({
      name: share,
      points: growth.flatMap(({ customers, kinds: of }) => {
        const latency = of[kind];
        return latency ? [[customers, latency[share]] as const] : [];
      }),
    })),
  }));
  return {
    title: 'Latency against size, one caller',
    x: 'customers of the brand',
    y: 'milliseconds',
    panels,
  };
}

const panelWidth = 300;
const panelHeight = 210;
const columns = 2;
const head = 62;
const room = { left: 58, right: 16, top: 30, bottom: 44 } as const;
/** Colours that differ in lightness too, and marks that differ in form, for those who see few colours. */
const strokes = ['#0072b2', '#666666', '#999999', '#8a6d00', '#d55e00', '#b3589a'] as const;
const marks = ['circle', 'square', 'diamond', 'triangle', 'square', 'circle'] as const;

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
const fixed = (value: number): string => String(Math.round(value * 10) / 10);
const label = (value: number): string =>
  value >= 1_000_000
    ? `${value / 1_000_000} M`
    : value >= 1_000
      ? `${value / 1_000} k`
      : String(Number(value.toPrecision(3)));

/** The least of 1, 2 and 5 times a power of ten that is not below the value. */
export function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 5].find((factor) => factor * power >= value) ?? 10) * power;
}

function mark(form: (typeof marks)[number], x: number, y: number, colour: string): string {
  const fill = `fill="${colour}"`;
  const [a, b] = [fixed(x), fixed(y)];
  if (form === 'circle') return `<circle cx="${a}" cy="${b}" r="3.2" ${fill}/>`;
  if (form === 'square')
    return `<rect x="${fixed(x - 3)}" y="${fixed(y - 3)}" width="6" height="6" ${fill}/>`;
  const points = form === 'diamond' ? [0, -4, 4, 0, 0, 4, -4, 0] : [0, -4, 4, 3, -4, 3];
  const shifted = points.map((value, at) => fixed(value + (at % 2 === 0 ? x : y))).join(' ');
  return `<polygon points="${shifted}" ${fill}/>`;
}

/** An SVG of its own ground and letters, for light and dark pages. */
export function svgOf({ title, x, y, panels }: Plot): string {
  const names = [...new Set(panels.flatMap(({ lines }) => lines.map(({ name }) => name)))];
  const rows = Math.ceil(panels.length / columns);
  const [width, height] = [columns * panelWidth + 20, head + rows * panelHeight + 10];
  const legend = names.map((name, at) => {
    const left = 20 + (at % 3) * 190;
    const top = 38 + Math.floor(at / 3) * 16;
    return `${mark(marks[at % marks.length] ?? 'circle', left, top, strokes[at % strokes.length] ?? '')}<text x="${left + 10}" y="${top + 4}">${escaped(name)}</text>`;
  });
  const drawn = panels.map((panel, at) => {
    const place = `translate(${10 + (at % columns) * panelWidth} ${head + Math.floor(at / columns) * panelHeight})`;
    return `<g transform="${place}">${panelOf(panel, names, x, y)}</g>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    `<title>${escaped(title)}: ${escaped(y)} against ${escaped(x)}</title>`,
    '<style>svg{font:11px system-ui,sans-serif}text{fill:#222}.ground{fill:#fff}.axis{stroke:#888}.grid{stroke:#ddd}.title{font-weight:600}',
    '@media (prefers-color-scheme: dark){text{fill:#ddd}.ground{fill:#1b1b1b}.grid{stroke:#3a3a3a}}</style>',
    `<rect class="ground" width="${width}" height="${height}"/>`,
    `<text class="title" x="14" y="20">${escaped(title)}</text>`,
    ...legend,
    ...drawn,
    '</svg>\n',
  ].join('\n');
}

function panelOf({ title, lines }: Panel, names: readonly string[], x: string, y: string): string {
  const points = lines.flatMap((line) => line.points);
  const xs = [...new Set(points.map(([at]) => at))].sort((one, other) => one - other);
  const top = roundUp(Math.max(...points.map(([, value]) => value)));
  const [from, to] = [Math.log(xs[0] ?? 1), Math.log(xs.at(-1) ?? 1)];
  const [innerWidth, innerHeight] = [
    panelWidth - room.left - room.right,
    panelHeight - room.top - room.bottom,
  ];
  const right = room.left + innerWidth;
  const bottom = room.top + innerHeight;
  const placeX = (value: number) =>
    room.left + (to === from ? 0.5 : (Math.log(value) - from) / (to - from)) * innerWidth;
  const placeY = (value: number) => bottom - (value / top) * innerHeight;
  const parts = [`<text class="title" x="${room.left}" y="18">${escaped(title)}</text>`];
  for (const share of [0, 0.25, 0.5, 0.75, 1]) {
    const at = fixed(placeY(top * share));
    parts.push(
      `<line class="${share === 0 ? 'axis' : 'grid'}" x1="${room.left}" x2="${right}" y1="${at}" y2="${at}"/>`,
      `<text x="${room.left - 6}" y="${Number(at) + 4}" text-anchor="end">${label(top * share)}</text>`,
    );
  }
  for (const value of xs)
    parts.push(
      `<text x="${fixed(placeX(value))}" y="${bottom + 15}" text-anchor="middle">${label(value)}</text>`,
    );
  const middle = room.top + innerHeight / 2;
  parts.push(
    `<text x="${room.left + innerWidth / 2}" y="${bottom + 31}" text-anchor="middle">${escaped(x)}</text>`,
    `<text x="14" y="${middle}" text-anchor="middle" transform="rotate(-90 14 ${middle})">${escaped(y)}</text>`,
  );
  for (const line of lines) {
    const at = names.indexOf(line.name);
    const colour = strokes[at % strokes.length] ?? '';
    const places = line.points.map(([one, value]) => [placeX(one), placeY(value)] as const);
    const path = places.map(([px, py]) => `${fixed(px)},${fixed(py)}`).join(' ');
    parts.push(`<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="1.6"/>`);
    for (const [px, py] of places) parts.push(mark(marks[at % marks.length] ?? 'circle', px, py, colour));
  }
  return parts.join('');
}
