import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newCustomer, newWebhook } from '../../contract-samples.ts';
import { person } from '../../people.ts';
import type { BrandClient, Called, World } from '../../world.ts';
import { openWorld } from '../../world.ts';

// A refusal that a client cannot find in openapi.json looks to it like a fault of the service. Each of these is
// refused, and the document says so where the reader of the field looks.

let world: World;
let brand: BrandClient;
let customer: string;
let hook: string;
beforeAll(async () => {
  world = await openWorld({ apiOnly: true });
  brand = await world.brand();
  customer = (await newCustomer(brand)).json.customer_id;
  hook = (await newWebhook(brand, { status: 'STATUS_DISABLED' })).json.webhook_subscription.id;
}, 120_000);
afterAll(() => world.close());

interface Schema {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
}
interface Document {
  readonly info: { readonly description: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly description: string }>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}
const document = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../openapi.json'), 'utf8'),
) as Document;

const introduction = (): string => document.info.description.replaceAll(/\s+/g, ' ');
const field =
  (schema: string, name: string) =>
  (at: Document = document): string =>
    at.components.schemas[schema]?.properties?.[name]?.description ?? '';
const operation = (path: string) => (): string => document.paths[path]?.['post']?.description ?? '';

const pixel = Buffer.from('89504e470d0a1a0a0000000d', 'hex').toString('base64');
const image = { file_name: 'front.png', image: pixel };
const id = { type: 'passport', country: 'US', front_image: image };

interface Documented {
  readonly what: string;
  readonly send: () => Promise<Called>;
  readonly says: () => string;
  readonly words: string;
}

const create = (more: object) => brand.call('POST', '/customers', { body: { ...person(), ...more } });
const subscribe = (url: string) => brand.call('POST', '/webhooks', { body: { url, events: ['*'] } });
const upload = (body: object) =>
  brand.call('POST', `/customers/${customer}/verification-kyc/documents`, { body });
const close = (day: string) =>
  brand.call('POST', `/customers/${customer}/account-closed`, { body: { closed_on: day } });

const refusals: readonly Documented[] = [
  {
    what: 'two members of one name',
    send: () => brand.call('POST', '/customers/search', { raw: '{"ssn":"","ssn":""}' }),
    says: introduction,
    words: 'two members of one name',
  },
  ...['\u0000', '\u0007', '\u202e', '\u2028', '\ufeff', '\ud800'].map((mark) => ({
    what: `the character ${JSON.stringify(mark)}`,
    send: () => create({ last_name: `Mc${mark}Gee` }),
    says: introduction,
    words: 'Control characters, lone surrogates, marks that turn the direction of writing',
  })),
  {
    what: 'a person of 121 years',
    send: () => create({ dob: `${new Date().getUTCFullYear() - 122}-01-01` }),
    says: field('NewCustomer', 'dob'),
    words: 'not more than 120 years ago',
  },
  {
    what: 'a person who is born tomorrow',
    send: () => create({ dob: new Date(Date.now() + 2 * 86_400_000).toISOString().slice(0, 10) }),
    says: field('NewCustomer', 'dob'),
    words: 'not in the future',
  },
  ...['900-12-3456', '666-12-3456', '123-00-4567', '123-45-0000', '078-05-1120'].map((ssn) => ({
    what: `the SSN ${ssn}`,
    send: () => create({ ssn }),
    says: field('NewCustomer', 'ssn'),
    words: 'never issued are refused',
  })),
  {
    what: 'an account that was closed in 1899',
    send: () => close('1899-12-31'),
    says: field('AccountClosing', 'closed_on'),
    words: 'not before 1900',
  },
  {
    what: 'a permanent resident card without its back',
    send: () => upload({ government_id: { ...id, type: 'permanent_resident_card' } }),
    says: () => document.components.schemas['BackImage']?.description ?? '',
    words: 'Required for',
  },
  ...['a/b.png', 'a\\b.png'].map((name) => ({
    what: `a file that is called ${name}`,
    send: () => upload({ social_security_card: { ...image, file_name: name } }),
    says: field('DocumentImage', 'file_name'),
    words: 'without slashes',
  })),
  {
    what: 'base64 with line breaks',
    send: () =>
      upload({ social_security_card: { ...image, image: `${pixel.slice(0, 8)}\n${pixel.slice(8)}` } }),
    says: field('DocumentImage', 'image'),
    words: 'without line breaks',
  },
  ...[22, 80, 1023].map((port) => ({
    what: `a webhook to port ${port}`,
    send: () => subscribe(`https://203.0.113.7:${port}/`),
    says: field('NewWebhook', 'url'),
    words: 'Its port is 443, or one from 1024 on.',
  })),
  {
    what: 'a webhook with a password in its URL',
    send: () => subscribe('https://me:secret@hooks.example.com/'),
    says: field('NewWebhook', 'url'),
    words: 'no user name and no password',
  },
  {
    what: 'a test of a disabled subscription',
    send: () => brand.call('POST', `/webhooks/${hook}/test`, { body: {} }),
    says: operation('/webhooks/{webhook_id}/test'),
    words: 'A disabled one is answered webhooks_err',
  },
];

test.each(refusals)('$what is refused, and the document says so', async ({ send, says, words }) => {
  expect((await send()).status).toBe(400);
  expect(says()).toContain(words);
});

describe('lengths', () => {
  // Fifty letters with an accent: fifty characters composed, a hundred as they are sent.
  const composed = `${'é'.repeat(50)}`;

  test('are counted after composition, as the document says', async () => {
    const made = await create({ last_name: composed.normalize('NFD') });
    expect([made.status, made.json.last_name]).toEqual([201, composed]);
    expect((await create({ last_name: `${composed}e` })).status).toBe(400);
    expect(introduction()).toContain('counted in its normal form: composed (Unicode NFC)');
  });
});
