import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

/** What the parts of the console may import. Every other folder is a subject: it imports these and itself. */
const parts: Readonly<Record<string, readonly string[]>> = {
  api: [],
  kit: ['api'],
  shell: ['api', 'kit'],
};
const subjectMayImport = ['api', 'kit', 'shell'];
/** The files that bring everything together. */
const above = ['main.tsx', 'router.tsx', 'subjects.ts'];
const packages =
  /^(?:react|react-dom\/client|@base-ui\/react\/[a-z-]+|@tanstack\/react-(?:router|query)|openapi-fetch)$/;

const source = fileURLToPath(new URL('../../console/src/', import.meta.url));
const product = fileURLToPath(new URL('../../src/', import.meta.url));
const filesOf = (folder: string, ending: RegExp): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => ending.test(file));
const files = filesOf(source, /\.(?:tsx?|css)$/).filter((file) => !file.endsWith('schema.d.ts'));
const readSource = (file: string): string => readFileSync(join(source, file), 'utf8');

type Read = (file: string) => string;
const imports = /(?:\bfrom\s*|\bimport\(?\s*)'([^']+)'/g;

/** Every import of the console that its law does not allow. */
function lawless(read: Read): readonly string[] {
  return files
    .filter((file) => /\.tsx?$/.test(file) && !file.endsWith('.d.ts'))
    .flatMap((from) =>
      [...read(from).matchAll(imports)]
        .map(([, to = '']) => to)
        .filter((to) => !mayImport(from, to))
        .map((to) => `${from} imports ${to}`),
    );
}

function mayImport(from: string, name: string): boolean {
  if (!name.startsWith('.')) return packages.test(name);
  const to = relative(source, resolve(source, dirname(from), name));
  if (to.startsWith('..')) return false;
  if (above.includes(from)) return true;
  if (above.includes(to)) return false;
  const [room = '', other = ''] = [from.split('/')[0], to.split('/')[0]];
  return room === other || (parts[room] ?? subjectMayImport).includes(other);
}

const colour = /#[0-9a-f]{3,8}\b|\b(?:rgba?|hsla?|oklch|oklab|lab|lch|color|light-dark)\(/i;

/** Colours beside the tokens. */
const colours = (read: Read): readonly string[] =>
  files
    .filter((file) => file !== 'styles/tokens.css')
    .filter((file) => colour.test(withoutLinks(read(file))));

/** An address within the page is no colour. */
const withoutLinks = (text: string): string => text.replaceAll(/href="#\w+"/g, '');

/** The style sheet that a component imports. */
function sheetOf(file: string, text: string): string | undefined {
  const [, name] = /import styles from '([^']+)'/.exec(text) ?? [];
  return name && relative(source, resolve(source, dirname(file), name));
}

/** Classes that a component uses and its style sheet does not have, and the other way round. */
function strayClasses(read: Read): readonly string[] {
  const sheets = files.filter((file) => file.endsWith('.module.css'));
  return sheets.flatMap((sheet) => {
    const defined = new Set(
      [...read(sheet).matchAll(/\.([a-z][\w]*)(?![\w(-]*\.css)/gi)].map(([, name]) => name ?? ''),
    );
    const users = files.filter((file) => file.endsWith('.tsx') && sheetOf(file, read(file)) === sheet);
    const code = users.map(read).join('\n');
    const used = new Set([...code.matchAll(/\bstyles\.(\w+)/g)].map(([, name]) => name ?? ''));
    const byVariable = /\bstyles\[/.test(code);
    return [
      ...[...used].filter((name) => !defined.has(name)).map((name) => `${sheet} lacks .${name}`),
      ...[...defined]
        .filter((name) => !used.has(name) && !byVariable)
        .map((name) => `${sheet} has .${name}, which nothing uses`),
    ];
  });
}

const planted =
  (file: string, text: string): Read =>
  (name) =>
    name === file ? `${text}\n${readSource(name)}` : readSource(name);

describe('the console', () => {
  test('imports only what its parts may: subjects do not know each other, and nothing knows the product', () => {
    expect(files.length).toBeGreaterThan(80);
    expect(lawless(readSource)).toEqual([]);
  });

  test.each([
    ['kit/Button.tsx', "import { x } from '../shell/Shell.tsx';"],
    ['api/client.ts', "import { Icon } from '../kit/Icon.tsx';"],
    ['overview/Overview.tsx', "import { nameOf } from '../customers/words.ts';"],
    ['shell/Shell.tsx', "const page = import('../overview/Overview.tsx');"],
    ['customers/words.ts', "import type { Scope } from '../../../src/domain/scopes.ts';"],
    ['kit/Icon.tsx', "import { readFile } from 'node:fs/promises';"],
  ])('fails when %s has: %s', (file, text) => {
    expect(lawless(planted(file, text))).toHaveLength(1);
  });

  test('is imported by nothing of the product', () => {
    const known = filesOf(product, /\.ts$/).filter((file) =>
      /(?:from\s*|import\(\s*)'[^']*\/console\/src/.test(readFileSync(join(product, file), 'utf8')),
    );
    expect(known).toEqual([]);
  });

  test('has its colours as tokens only', () => {
    expect(colours(readSource)).toEqual([]);
    expect(colours(planted('kit/Button.module.css', '.x { color: #fff; }'))).toEqual([
      'kit/Button.module.css',
    ]);
    expect(colours(planted('kit/Bars.tsx', 'const fill = "rgb(1 2 3)";'))).toEqual(['kit/Bars.tsx']);
  });

  test('defines every class that is used and uses every class that is defined', () => {
    expect(strayClasses(readSource)).toEqual([]);
    expect(strayClasses(planted('kit/Copy.module.css', '.lonely { margin: 0; }'))).toEqual([
      'kit/Copy.module.css has .lonely, which nothing uses',
    ]);
    expect(strayClasses(planted('kit/Copy.tsx', 'const x = styles.missing;'))).toEqual([
      'kit/Copy.module.css lacks .missing',
    ]);
  });

  test('has files that a reader can hold in mind: 250 lines at most, half of them below 80', () => {
    const lengths = files
      .filter((file) => /\.tsx?$/.test(file))
      .map((file) => [file, readSource(file).split('\n').length - 1] as const);
    expect(lengths.filter(([, lines]) => lines > 250)).toEqual([]);
    const sorted = lengths.map(([, lines]) => lines).sort((one, other) => one - other);
    expect(sorted[Math.floor(sorted.length / 2)]).toBeLessThanOrEqual(80);
  });

  test('keeps no value of a person: nothing but the theme and the keys is stored', () => {
    const stores = files.filter((file) =>
      /localStorage|sessionStorage|indexedDB|document\.cookie/.test(readSource(file)),
    );
    expect(stores).toEqual(['kit/keys.ts', 'shell/ThemeMenu.tsx']);
  });

  test('writes no markup from text', () => {
    const sinks =
      /dangerouslySetInnerHTML|\.innerHTML|\.outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function/;
    expect(files.filter((file) => sinks.test(readSource(file)))).toEqual([]);
  });
});
