import { describe, expect, test } from 'vitest';
import type { MediaType, SentDocuments } from '../../src/domain/kyc/documents.ts';
import {
  checkDocuments as checkAt,
  imagesIn,
  maskIdNumber,
  maxDocumentsBodyBytes,
  maxImageBytes,
  mediaTypeOf,
  twoSided,
} from '../../src/domain/kyc/documents.ts';
import { instantOfMillis } from '../../src/domain/time.ts';

/** What is taken as an image of a document, without an upload. */

const checkDocuments = (body: unknown) => checkAt(body, { now: instantOfMillis(Date.UTC(2026, 4, 4)) });

const base64 = (start: string, zeros = 64): string =>
  Buffer.concat([Buffer.from(start, 'latin1'), Buffer.alloc(zeros)]).toString('base64');
const jpeg = base64('\xff\xd8\xff\xe0');
const pdf = base64('%PDF-1.7');
const image = (content = jpeg, file_name = 'front.jpg') => ({ file_name, image: content });

describe('the content of a file', () => {
  const heic = ['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'mif1', 'msf1'];
  test.each<readonly [string, MediaType | undefined]>([
    ['\xff\xd8\xff', 'image/jpeg'],
    ['\x89PNG\r\n\x1a\n', 'image/png'],
    ['%PDF-1.7', 'application/pdf'],
    ...heic.map((brand) => [`\0\0\0\x18ftyp${brand}`, 'image/heic'] as const),
    ['\0\0\0\x18ftypisom', undefined],
    ['\0\0\0\x18ftxpheic', undefined],
    ['ftypheic', undefined],
    ['\xff\xd8\xfe', undefined],
    ['x\xff\xd8\xff', undefined],
    ['\x89PNG\n\n\x1a\n', undefined],
    ['x\x89PNG\r\n\x1a\n', undefined],
    ['%PDF1.7', undefined],
    ['GIF89a', undefined],
    [`${' '.repeat(1_019)}%PDF-`, 'application/pdf'],
    [`${' '.repeat(1_020)}%PDF-`, undefined],
  ])('that begins with %j is %s', (start, type) => {
    expect(mediaTypeOf(base64(start))).toBe(type);
  });

  test('is told from sixteen characters, and from no fewer', () => {
    expect(mediaTypeOf(jpeg.slice(0, 16))).toBe('image/jpeg');
    expect(mediaTypeOf(jpeg.slice(0, 15))).toBeUndefined();
    expect(mediaTypeOf(`${jpeg.slice(0, 15)}=`)).toBeUndefined();
    expect(mediaTypeOf(` ${jpeg}`)).toBeUndefined();
  });
});

describe('an upload', () => {
  const notBase64 =
    'Not valid base64: use the standard alphabet with padding and no line breaks (RFC 4648 section 4).';
  const notImage = 'Not a jpg, png, heic or pdf. The type is detected from the content, not from the name.';
  const badName = 'Must be between 1 and 255 characters, without slashes.';
  const card = (sent: unknown) => checkDocuments({ social_security_card: sent }).toObject();

  test.each<[string, string | undefined]>([
    [jpeg, undefined],
    [base64('\xff\xd8\xff', 13), undefined],
    [base64('\xff\xd8\xff', 14), undefined],
    [base64('\xff\xd8\xff', 15), undefined],
    [base64('GIF89a'), notImage],
    ['', notBase64],
    [jpeg.slice(0, -1), notBase64],
    [`${jpeg}=`, notBase64],
    [`${jpeg.slice(0, 40)}\n${jpeg.slice(41)}`, notBase64],
    [jpeg.replaceAll('/', '_'), notBase64],
    [`${base64('\xff\xd8\xff', 14).slice(0, -4)}AAB=`, notBase64],
    [`${base64('\xff\xd8\xff', 13).slice(0, -4)}AB==`, notBase64],
    [`${jpeg.slice(0, -4)}A===`, notBase64],
    [`${jpeg.slice(0, -4)}A=A=`, notBase64],
    ['A===', notBase64],
  ])('of %j is told %s', (content, sentence) => {
    expect(card(image(content))).toEqual(
      sentence === undefined ? {} : { 'social_security_card.image': [sentence] },
    );
  });

  test('has an image of at most ten megabytes, to the byte', () => {
    const three = Buffer.from('\xff\xd8\xff', 'latin1');
    const of = (bytes: number) => Buffer.concat([three, Buffer.alloc(bytes - 3)]).toString('base64');
    expect(maxImageBytes).toBe(10_485_760);
    const tooLarge = { 'social_security_card.image': ['Must be at most 10 MB.'] };
    expect(card(image(of(maxImageBytes)))).toEqual({});
    for (const more of [1, 2, 3]) expect(card(image(of(maxImageBytes + more)))).toEqual(tooLarge);
    expect(maxDocumentsBodyBytes).toBe(Math.ceil((25 * 2 ** 20 * 4) / 3) + 65_536);
  });

  test.each<[unknown, boolean]>([
    ['front.jpg', true],
    ['x', true],
    ['é'.repeat(255), true],
    ['e\u0301'.repeat(255), true],
    ['x'.repeat(256), false],
    ['', false],
    ['a/b', false],
    ['a\\b', false],
    ['a\u202eb', false],
    [7, true],
  ])('with the file name %j is right: %s', (name, isRight) => {
    const problems = card({ file_name: name, image: jpeg });
    expect(problems).toEqual(isRight ? {} : { 'social_security_card.file_name': [badName] });
  });

  const id = { type: 'passport', country: 'US', front_image: image() };
  test.each<[unknown, object]>([
    [{ government_id: id }, {}],
    [
      { government_id: { ...id, country: 'us' } },
      { 'government_id.country': [expect.stringMatching(/^Must be an ISO/)] },
    ],
    [
      { government_id: { ...id, country: 'toString' } },
      { 'government_id.country': ['Must be an ISO 3166-1 alpha-2 country code, two capital letters.'] },
    ],
    [{ government_id: { ...id, country: 7, type: 7 } }, {}],
    [
      { government_id: { ...id, type: 'visa', front_image: image('', '/'), back_image: image('') } },
      {
        'government_id.front_image.file_name': [badName],
        'government_id.front_image.image': [notBase64],
        'government_id.back_image.image': [notBase64],
      },
    ],
    [{ proof_of_address: image('') }, { 'proof_of_address.image': [notBase64] }],
    [{ government_id: [], proof_of_address: null, social_security_card: 'x' }, {}],
    [{ government_id: { front_image: { file_name: null, image: 7 } } }, {}],
    [{}, {}],
    [null, {}],
    ['x', {}],
  ])('%#', (body, problems) => {
    expect(checkDocuments(body).toObject()).toEqual(problems);
  });

  test.each<[object, string, string | undefined]>([
    [{ number: 'X1234567', issuer: 'Department of State' }, 'number', undefined],
    [{ number: ' ' }, 'number', 'Must be between 1 and 40 characters.'],
    [{ number: '1'.repeat(41) }, 'number', 'Must be between 1 and 40 characters.'],
    [{ issuer: 'a'.repeat(101) }, 'issuer', 'Must be between 1 and 100 characters.'],
    [{ issued_on: '2026-05-04' }, 'issued_on', undefined],
    [{ issued_on: '2026-05-05' }, 'issued_on', 'Must not be in the future.'],
    [{ issued_on: '2026-02-30' }, 'issued_on', 'Must be a calendar day, YYYY-MM-DD.'],
    [{ expires_on: '2036-13-01' }, 'expires_on', 'Must be a calendar day, YYYY-MM-DD.'],
    [{ issued_on: '2020-01-02', expires_on: '2020-01-02' }, 'expires_on', undefined],
    [{ issued_on: '2020-01-02', expires_on: '2020-01-01' }, 'expires_on', 'Must not be before issued_on.'],
    [{ number: 7, issuer: [], issued_on: {}, expires_on: null }, 'number', undefined],
  ])('of an id that says %j', (facts, field, problem) => {
    const told = checkDocuments({ government_id: { ...id, ...facts } }).toObject();
    expect(told).toEqual(problem === undefined ? {} : { [`government_id.${field}`]: [problem] });
  });

  test('shows the end of a number, and nothing of a short one', () => {
    expect(['X1234567', '1234567', '123456', '1'].map(maskIdNumber)).toEqual([
      'XXXX4567',
      'XXXX4567',
      'XXXX',
      'XXXX',
    ]);
  });

  test('of a document with two sides has its back', () => {
    expect([...twoSided]).toEqual(['passport_card', 'permanent_resident_card', 'work_permit']);
    for (const type of twoSided) {
      const missing = ['Missing: this type of document has a back side.'];
      const told = checkDocuments({ government_id: { ...id, type } }).toObject();
      expect(told).toEqual({ 'government_id.back_image': missing });
      expect(checkDocuments({ government_id: { ...id, type, back_image: image() } }).any).toBe(false);
    }
  });

  test('is kept image by image, each with what it shows', () => {
    const all: SentDocuments = {
      government_id: { ...id, back_image: image(pdf, 'e\u0301.pdf') },
      proof_of_address: { type: 'utility_bill', ...image() },
      social_security_card: image(),
    };
    const front = { document_type: 'government_id', kind: 'passport', country: 'US', side: 'front' };
    const name = { file_name: 'front.jpg', image: jpeg, media_type: 'image/jpeg' };
    expect(imagesIn(all)).toEqual([
      { ...front, ...name },
      { ...front, side: 'back', file_name: 'é.pdf', image: pdf, media_type: 'application/pdf' },
      { ...name, document_type: 'proof_of_address', kind: 'utility_bill', side: 'front' },
      { ...name, document_type: 'social_security_card', side: 'front' },
    ]);
    expect(imagesIn({ government_id: id })).toHaveLength(1);
    expect(imagesIn({ social_security_card: image('AAAA') })).toEqual([]);
    expect(imagesIn({})).toEqual([]);
  });
});
