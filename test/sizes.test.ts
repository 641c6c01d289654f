import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, test } from 'vitest';

/** Sizes that a reader can hold in mind. Longer functions become several; more parameters become an object. */
const most = { fileLines: 400, functionLines: 80, parameters: 6 } as const;

const source = fileURLToPath(new URL('../src/', import.meta.url));
const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((file) =>
  file.endsWith('.ts'),
);
const readSource = (file: string): string => readFileSync(`${source}${file}`, 'utf8');

const tests = fileURLToPath(new URL('.', import.meta.url));
const testFiles = readdirSync(tests, { recursive: true, encoding: 'utf8' }).filter((file) =>
  file.endsWith('.ts'),
);

interface Measured {
  /** File and name; a function without a name is told by the name of what it is assigned to, or its line. */
  readonly at: string;
  readonly lines: number;
  readonly parameters: number;
}

function functionsIn(file: string, text: string): readonly Measured[] {
  const parsed = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const lineAt = (position: number) => parsed.getLineAndCharacterOfPosition(position).line;
  const found: Measured[] = [];
  const visit = (node: ts.Node) => {
    if (ts.isFunctionLike(node) && 'body' in node && node.body) {
      const from = lineAt(node.getStart(parsed));
      const { parent } = node;
      const name =
        node.name?.getText(parsed) ??
        (ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent)
          ? parent.name.getText(parsed)
          : `line ${from + 1}`);
      found.push({
        at: `${file}: ${name}`,
        lines: lineAt(node.end) - from + 1,
        parameters: node.parameters.length,
      });
    }
    ts.forEachChild(node, visit);
  };
  visit(parsed);
  return found;
}

const functions = files.flatMap((file) => functionsIn(file, readSource(file)));
const longOf = (measured: readonly Measured[]) =>
  measured.filter(({ lines }) => lines > most.functionLines).map(({ at }) => at);
const wideOf = (measured: readonly Measured[]) =>
  measured.filter(({ parameters }) => parameters > most.parameters).map(({ at }) => at);
const linesOf = (text: string) => text.split('\n').length - 1;

test('no function is longer than 80 lines', () => {
  expect(functions.length).toBeGreaterThan(1_000);
  expect(longOf(functions)).toEqual([]);
});

test('no function has more than six parameters', () => {
  expect(wideOf(functions)).toEqual([]);
});

test('no file is longer than 400 lines', () => {
  expect(files.length).toBeGreaterThan(200);
  expect(files.filter((file) => linesOf(readSource(file)) > most.fileLines)).toEqual([]);
});

test.each([
  ['a function of 81 lines', `export function planted() {\n${'  void 0;\n'.repeat(79)}}\n`, 1, 0],
  ['an arrow function of 81 lines', `const planted = () => {\n${'  void 0;\n'.repeat(79)}};\n`, 1, 0],
  ['a method of 81 lines', `const x = {\nplanted() {\n${'  void 0;\n'.repeat(79)}},\n};\n`, 1, 0],
  ['a function of 80 lines', `export function planted() {\n${'  void 0;\n'.repeat(78)}}\n`, 0, 0],
  ['seven parameters', 'const planted = (a: 1, b: 1, c: 1, d: 1, e: 1, f: 1, g: 1) => a;\n', 0, 1],
  ['six parameters', 'const planted = (a: 1, b: 1, c: 1, d: 1, e: 1, f: 1) => a;\n', 0, 0],
])('counts %s', (_what, text, long, wide) => {
  const planted = functionsIn('planted.ts', text);
  expect(longOf(planted)).toEqual(long === 1 ? ['planted.ts: planted'] : []);
  expect(wideOf(planted)).toEqual(wide === 1 ? ['planted.ts: planted'] : []);
});

test('no test file is longer than 400 lines', () => {
  expect(testFiles.length).toBeGreaterThan(150);
  const long = testFiles.filter((file) => linesOf(readFileSync(`${tests}${file}`, 'utf8')) > most.fileLines);
  expect(long).toEqual([]);
});

test('counts a file of 401 lines, and not one of 400', () => {
  expect(linesOf('x\n'.repeat(401))).toBeGreaterThan(most.fileLines);
  expect(linesOf('x\n'.repeat(400))).toBe(most.fileLines);
});
