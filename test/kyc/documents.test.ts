import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { documentsExample, pixel } from '../../src/contract/kyc/examples.ts';
import type { OperationRow } from '../../src/contract/operation.ts';
import { operations } from '../../src/contract/table.ts';
import { maxImageBytes, mediaTypeOf } from '../../src/domain/kyc/documents.ts';
import { prepare } from '../contract-samples.ts';
import type { BrandClient, World } from '../world.ts';
import { openWorld } from '../world.ts';
import { startedPath } from './waiting.ts';

/** What may be handed in, how it is kept, and what a large upload costs. */

let world: World;
let brand: BrandClient;
beforeAll(async () => {
  world = await openWorld();
  brand = await world.brand();
  waitingPath = (await prepare(row, brand)).path;
}, 120_000);
afterAll(() => world.close());

const row = operations.find(({ operationId }) => operationId === 'submitKycDocuments') as OperationRow;
const hand = async (body: object) => brand.call('POST', (await prepare(row, brand)).path, { body });
/** A verification that waits for documents all through this file: what is refused changes nothing. */
let waitingPath: string;
const handRefused = (body: object) => brand.call('POST', waitingPath, { body });
const governmentId = (image: string, more: object = {}) => ({
  government_id: { type: 'passport', country: 'US', front_image: { file_name: 'front', image }, ...more },
});
const base64 = (start: string | Buffer, bytes = 64): string =>
  Buffer.concat([Buffer.from(start as string, 'latin1'), Buffer.alloc(bytes, 7)]).toString('base64');

const kinds = {
  'image/jpeg': '\xff\xd8\xff\xe0',
  'image/png': '\x89PNG\r\n\x1a\n',
  'application/pdf': '%PDF-1.7',
  'image/heic': '\0\0\0\x18ftypheic',
} as const;

describe('the content of a file', () => {
  test.each(Object.entries(kinds))('of the kind %s is taken', async (kind, start) => {
    expect(mediaTypeOf(base64(start))).toBe(kind);
    expect((await hand(governmentId(base64(start)))).status).toBe(200);
  });

  test.each([' ', '\n\n', 'junk '.repeat(203)])('of a PDF is taken behind %j', async (before) => {
    expect((await hand(governmentId(base64(`${before}%PDF-1.7`)))).status).toBe(200);
  });

  test.each([
    ['GIF89a'],
    ['<svg xmlns="http://www.w3.org/2000/svg"/>'],
    ['MZ\x90\0'],
    ['\0\0\0\x18ftypisom'],
    [`${' '.repeat(1_020)}%PDF-1.7`],
    ['\xff\xd8'],
  ])('that begins with %j is refused for any media type', async (start) => {
    const refused = await handRefused(governmentId(base64(start)));
    expect(refused.json).toMatchObject({ Status: 400, Code: 'create_kyc_schema' });
    expect(Object.keys(refused.json.Message)).toEqual(['government_id.front_image.image']);
  });

  test.each([
    ['line breaks', `${pixel.slice(0, 20)}\n${pixel.slice(20)}`],
    ['no padding', pixel.replace(/=+$/, '')],
    ['the alphabet of URLs', pixel.replaceAll('/', '_').replaceAll('+', '-')],
    ['bits to spare', pixel.replace('Jggg==', 'Jggh==')],
    ['nothing', ''],
    ['a data URL', `data:image/png;base64,${pixel}`],
  ])('in base64 with %s is refused', async (_what, image) => {
    expect(image).not.toBe(pixel);
    const refused = await handRefused(governmentId(image));
    expect(refused.json.Code).toBe('create_kyc_schema');
    expect(refused.json.Message['government_id.front_image.image']).toEqual([
      expect.stringContaining('Not valid base64'),
    ]);
  });
});

test('every problem of an upload is reported at once, by the path of its field', async () => {
  const refused = await handRefused({
    government_id: {
      type: 'work_permit',
      country: 'us',
      front_image: { file_name: '../../front.png', image: 'AAAA' },
    },
    proof_of_address: { type: 'letter', file_name: '', image: pixel },
    social_security_card: { file_name: 'card.png' },
  });
  expect(Object.keys(refused.json.Message).sort()).toEqual([
    'government_id.back_image',
    'government_id.country',
    'government_id.front_image.file_name',
    'government_id.front_image.image',
    'proof_of_address.file_name',
    'proof_of_address.type',
    'social_security_card.image',
  ]);
});

test('an image of 10 MB is accepted, and one more byte is refused', { timeout: 60_000 }, async () => {
  const start = kinds['image/jpeg'];
  expect((await hand(governmentId(base64(start, maxImageBytes - start.length)))).status).toBe(200);
  const refused = await handRefused(governmentId(base64(start, maxImageBytes - start.length + 1)));
  expect(refused.json).toMatchObject({ Code: 'create_kyc_schema' });
  expect(refused.json.Message['government_id.front_image.image']).toEqual(['Must be at most 10 MB.']);
});

test('a document is sealed in the database and does not open in another row', async () => {
  const { path } = await prepare(row, brand);
  const secret = 'a very readable passport';
  const image = base64(`%PDF-1.7 ${secret}`);
  const body = governmentId(image);
  body.government_id.front_image.file_name = 'moneypenny.pdf';
  await brand.call('POST', path, { body });
  const id = path.split('/')[2];
  const [stored] = await world.sql(
    "select document_id, run_id, details, encode(content, 'escape') as content from kyc_documents where customer_id = $1",
    [id],
  );
  const text = JSON.stringify(stored);
  for (const word of [secret, 'PDF', 'moneypenny', 'passport', image.slice(0, 12)])
    expect(text).not.toContain(word);
  const file = `/kyc/reviews/${stored?.['run_id']}/documents/${stored?.['document_id']}`;
  const read = await brand.call('GET', file);
  expect(read.json).toMatchObject({
    file_name: 'moneypenny.pdf',
    media_type: 'application/pdf',
    content: image,
  });
  const { path: other } = await prepare(row, brand);
  await brand.call('POST', other, { body: documentsExample });
  await world.sql(
    'update kyc_documents set content = (select content from kyc_documents where customer_id = $1) where customer_id = $2',
    [other.split('/')[2], id],
  );
  expect((await brand.call('GET', file)).json.Code).toBe('record_altered');
});

test('a document that was not requested is a conflict and is not stored', async () => {
  const path = await startedPath(brand, { ssn: '000-00-0000' });
  const refused = await brand.call('POST', `${path}/documents`, { body: documentsExample });
  expect(refused.json.Code).toBe('kyc_init_fail');
  const kept = await world.sql('select 1 from kyc_documents where customer_id = $1', [path.split('/')[2]]);
  expect(kept).toEqual([]);
});

test('repeated uploads of 25 MB do not increase the memory', { timeout: 120_000 }, async () => {
  const image = base64(kinds['image/jpeg'], maxImageBytes - 4);
  const small = base64(kinds['image/jpeg'], 4 * 1024 * 1024);
  const body = JSON.stringify({
    ...governmentId(image, { back_image: { file_name: 'back', image } }),
    social_security_card: { file_name: 'card', image: small },
  });
  expect(body.length).toBeGreaterThan(32_000_000);
  const times: number[] = [];
  // The sandbox asks for a government id and a social security card.
  const askedForBoth = async () => {
    const path = await startedPath(brand, { ssn: '111-11-1111' });
    await vi.waitFor(
      async () => {
        const [run] = await world.sql('select status from kyc_runs where customer_id = $1', [
          path.split('/')[2],
        ]);
        expect(run?.['status']).toBe('document_required');
      },
      { timeout: 30_000, interval: 50 },
    );
    return path;
  };
  const paths = await Promise.all(Array.from({ length: 7 }, askedForBoth));
  const upload = async () => {
    const path = paths.pop();
    const begun = performance.now();
    const answer = await brand.call('POST', `${path}/documents`, { raw: body });
    times.push(Math.round(performance.now() - begun));
    expect(answer.status).toBe(200);
  };
  await upload();
  await upload();
  const before = process.memoryUsage().rss;
  for (let round = 0; round < 5; round += 1) await upload();
  const grown = Math.round((process.memoryUsage().rss - before) / 1e6);
  console.log(
    `25 MB uploads took ${times.join(', ')} ms; resident memory grew by ${grown} MB over five more.`,
  );
  // This process is client and server, so both halves are in it; seven uploads kept would be 350 MB and more.
  expect(grown).toBeLessThan(250);
});
