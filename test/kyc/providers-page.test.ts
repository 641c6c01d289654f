import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { documentTypes } from '../../src/domain/document-types.ts';
import { readAnswer } from '../../src/providers/kyc-http-answer.ts';
import { verifyStandard } from '../../src/providers/signature.ts';
import type { ProtocolBody } from '../fakes/kyc-protocol.ts';
import { schemaErrorsOf } from '../fakes/kyc-protocol.ts';

const docs = new URL('../../docs/', import.meta.url);
const page = readFileSync(new URL('kyc-providers.md', docs), 'utf8');
const schemas = JSON.parse(readFileSync(new URL('kyc-protocol.json', docs), 'utf8')).$defs;

/** The rows of the table under a heading row, as their cells. */
const rowsBelow = (head: string): readonly (readonly string[])[] => {
  const [, table = ''] = page.split(`| ${head} |`);
  const rows = table.split('\n\n')[0]?.split('\n').slice(2) ?? [];
  return rows.map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll('`', '')),
  );
};

test('every body on the page matches its schema, and every body is shown', () => {
  const shown = [...page.matchAll(/<!-- body: (\w+) -->\n```json\n([\s\S]+?)```/g)];
  for (const [, name, text = ''] of shown)
    expect(schemaErrorsOf(name as ProtocolBody, JSON.parse(text))).toBe('');
  const bodies: readonly ProtocolBody[] = [
    'verification',
    'begun',
    'status',
    'answer',
    'documents',
    'callback',
  ];
  expect(new Set(shown.map(([, name]) => name))).toEqual(new Set(bodies));
  expect(page.match(/```json/g)).toHaveLength(shown.length);
});

test('the page, the schema and the code know the same states and documents', () => {
  const states = rowsBelow('`state` | means | the customer sees').map(([state]) => state);
  expect(states).toEqual(schemas.answer.properties.state.enum);
  for (const state of states) {
    const body = Buffer.from(JSON.stringify({ state, documents: ['government_id'] }));
    const read = readAnswer({
      kind: 'answered',
      from: 'public',
      status: 200,
      headers: {},
      body,
      truncated: false,
      timedOut: false,
    });
    expect(read).toMatchObject({ kind: 'finding', finding: { state } });
  }
  expect(schemas.documentType.enum).toEqual(documentTypes);
  for (const type of documentTypes) expect(page).toContain(`\`${type}\``);
});

test('the example signature is valid', () => {
  const [, head = '', body = ''] = /```http\n([\s\S]+?)\n\n(.+)\n```/.exec(page) ?? [];
  const headers = Object.fromEntries(
    [...head.matchAll(/^([a-z-]+): (.+)$/gm)].map(([, name, value]) => [name, value]),
  );
  const [secret = ''] = /whsec_[\w+/]+/.exec(page) ?? [];
  expect(verifyStandard(secret, headers, body, Number(headers['webhook-timestamp']))).toBe(true);
  expect(schemaErrorsOf('status', JSON.parse(body))).toBe('');
});

test('every file that the page links to exists', () => {
  const links = [...page.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map((match) => match[1] ?? '');
  expect(links.length).toBeGreaterThan(1);
  expect(links.filter((link) => !existsSync(new URL(link, docs)))).toEqual([]);
});
