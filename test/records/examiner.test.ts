import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { operations } from '../../src/contract/table.ts';
import { keyScopes } from '../../src/domain/scopes.ts';
import { createKey } from '../../src/operations/brands/api-keys.ts';
import { readZip } from '../../src/operations/records/zip.ts';
import { cleanUp, shell } from '../installation/cli/program.ts';
import { settled } from '../world.ts';
import type { ExaminedBrand } from './examiner/examined-brand.ts';
import { openExaminedBrand } from './examiner/examined-brand.ts';
import type { Question } from './examiner/page.ts';
import { falsified, filled, filledAnswer, missing, questionsIn } from './examiner/page.ts';

// docs/examiner.md is true: every call is run as it is printed, and its answer holds what the page says.

const page = readFileSync(new URL('../../docs/examiner.md', import.meta.url), 'utf8');
const questions = questionsIn(page);

let examined: ExaminedBrand;
beforeAll(async () => {
  examined = await openExaminedBrand();
}, 120_000);
afterAll(async () => {
  await examined.world.close();
  await cleanUp();
});

const keyWith = async (scopes: readonly string[]) =>
  examined.brand.as(await createKey(examined.world.system, examined.brand.brandId, { scopes }));

async function request({ call, scopes }: Question, said: unknown): Promise<unknown> {
  const [method = '', path = ''] = filled(call, examined.facts).split(' ');
  for (const [index, scope] of scopes.entries()) {
    const without = await keyWith(keyScopes.filter((one) => one !== scope));
    const { status, json } = await without.call(method, path);
    if (index === 0) expect(json.Code).toBe('scope_err');
    else expect([status, missing(json, said)]).toEqual([200, expect.any(String)]);
  }
  const { status, json } = await (await keyWith(scopes)).call(method, path);
  expect(status).toBe(200);
  return json;
}

async function command({ call, file }: Question): Promise<unknown> {
  const { code, stdout, stderr } = await shell(
    filled(call, examined.facts),
    examined.settings,
    examined.folder,
  );
  if (code !== 0) throw new Error(`It ended with ${code}: ${stderr}`);
  if (file) return JSON.parse(await unzipped(...file));
  // What a program prints is one JSON text; a log has one in each line.
  return call.startsWith('grep ')
    ? stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line))
    : JSON.parse(stdout);
}

async function unzipped(zip: string, wanted: string): Promise<string> {
  let text = '';
  for await (const { name, content } of readZip(join(examined.folder, zip)))
    for await (const piece of content) if (name === wanted) text += piece.toString('utf8');
  return text;
}

describe('the page', () => {
  test('asks at least twenty questions, numbered from 1', () => {
    expect(questions.length).toBeGreaterThanOrEqual(20);
    expect(questions.map(({ number }) => number)).toEqual(questions.map((_, index) => index + 1));
  });

  test('has no question without its call, its answer, its scope and its limits', () => {
    const [, one = ''] = page.split(/^(?=### 2\. )/m);
    const whole = one.split(/^(?=### 3\. )/m)[0] ?? '';
    expect(questionsIn(whole)).toHaveLength(1);
    for (const part of [
      /^```http[\s\S]+?```\n/m,
      /^```json[\s\S]+?```\n/m,
      /^- \*\*Scope.+\n/m,
      /^- \*\*Limits.+\n/m,
    ])
      expect(() => questionsIn(whole.replace(part, ''))).toThrow('The question "2. ');
  });

  test('names a key that asks every question but one, and changes nothing', () => {
    const scopes = /keys create .+ --scopes (\S+)/.exec(page)?.[1]?.split(',') ?? [];
    const asked = new Set(questions.flatMap((question) => question.scopes));
    asked.delete('kyc:review');
    expect(new Set(scopes)).toEqual(asked);
    expect(scopes.filter((scope) => !scope.endsWith(':read'))).toEqual([]);
    expect(questions.filter((one) => one.scopes.includes('kyc:review')).map(({ number }) => number)).toEqual([
      12,
    ]);
  });

  test('names as unanswered only what no operation answers', () => {
    const contract = JSON.stringify(operations.map(({ path, answer }) => [path, answer.schema]));
    expect(contract).toMatch(/legal-holds/);
    expect(contract).not.toMatch(/passport_number/);
  });
});

test.each(questions)('$title', { timeout: 60_000 }, async (question) => {
  await settled(examined.world);
  const said = filledAnswer(question.said, examined.facts);
  const answer = await (question.by === 'http' ? request(question, said) : command(question));
  expect(missing(answer, said), JSON.stringify(answer, undefined, 1)).toBeUndefined();
  // Whatever else the page had said would not have passed.
  expect([...falsified(said)].length).toBeGreaterThan(0);
  expect([...falsified(said)].filter((wrong) => missing(answer, wrong) === undefined)).toEqual([]);
});
