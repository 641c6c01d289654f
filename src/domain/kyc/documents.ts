import { iso31661Alpha2ToAlpha3 } from 'iso-3166';
import type { DocumentType } from '../document-types.ts';
import { Problems } from '../problems.ts';
import { cleanText, isHarmless, lengthOf, shortText, shortTextProblem } from '../text.ts';
import { dayOf, isCalendarDay } from '../time.ts';
import type { ValidationContext } from '../values.ts';

export const governmentIds = [
  'drivers_license',
  'passport',
  'state_id',
  'passport_card',
  'permanent_resident_card',
  'work_permit',
  'visa',
] as const;
export const addressProofs = ['utility_bill', 'property_tax_bill'] as const;

/** Documents with a back, which has to be sent as well. */
export const twoSided: ReadonlySet<string> = new Set([
  'passport_card',
  'permanent_resident_card',
  'work_permit',
]);

/** What a government id says of itself (31 CFR 1020.220(a)(3)(i)(B)). */
export interface IdFacts {
  readonly number?: string | undefined;
  readonly issuer?: string | undefined;
  /** Days, `YYYY-MM-DD`. */
  readonly issued_on?: string | undefined;
  readonly expires_on?: string | undefined;
}
export const idNumber = shortText(40);
export const idIssuer = shortText(100);

/** A number of which only the end is shown; nothing of one that is hardly longer than that. */
export const maskIdNumber = (number: string): string =>
  number.length > 6 ? `XXXX${number.slice(-4)}` : 'XXXX';

export type DocumentSide = 'front' | 'back';
export type MediaType = 'image/jpeg' | 'image/png' | 'image/heic' | 'application/pdf';

const bytesPerMib = 1024 * 1024;
/** Bytes of one image, decoded. */
export const maxImageBytes = 10 * bytesPerMib;
/** Maximum bytes of a body: 25 MiB of images in base64, plus the JSON around them. */
export const maxDocumentsBodyBytes = Math.ceil((25 * bytesPerMib * 4) / 3) + 64 * 1024;

/** An image as it is sent. */
export interface SentImage {
  readonly file_name: string;
  /** Base64. */
  readonly image: string;
}

/** The body of an upload with a valid shape. */
export interface SentDocuments {
  readonly government_id?:
    | (IdFacts & {
        readonly type: string;
        readonly country: string;
        readonly front_image: SentImage;
        readonly back_image?: SentImage | undefined;
      })
    | undefined;
  readonly proof_of_address?: (SentImage & { readonly type: string }) | undefined;
  readonly social_security_card?: SentImage | undefined;
}

/** One image of a document with its metadata. */
export interface DocumentImage extends SentImage, IdFacts {
  readonly document_type: DocumentType;
  /** The kind, such as `passport` or `utility_bill`; absent if there is only one kind. */
  readonly kind?: string;
  readonly side: DocumentSide;
  /** ISO 3166-1 alpha-2. */
  readonly country?: string;
  readonly media_type: MediaType;
}

/** The images of a body that has passed `checkDocuments`, in storage order. */
export function imagesIn(sent: SentDocuments): readonly DocumentImage[] {
  const { government_id: id, proof_of_address: proof, social_security_card: card } = sent;
  const images: DocumentImage[] = [];
  const add = (image: SentImage, more: Omit<DocumentImage, keyof SentImage | 'media_type'>) => {
    const { file_name, image: content } = image;
    const media_type = mediaTypeOf(content);
    if (media_type)
      images.push({ file_name: file_name.normalize('NFC'), image: content, media_type, ...more });
  };
  if (id) {
    const about = {
      document_type: 'government_id',
      kind: id.type,
      country: id.country,
      ...factsOf(id),
    } as const;
    add(id.front_image, { ...about, side: 'front' });
    if (id.back_image) add(id.back_image, { ...about, side: 'back' });
  }
  if (proof) add(proof, { document_type: 'proof_of_address', kind: proof.type, side: 'front' });
  if (card) add(card, { document_type: 'social_security_card', side: 'front' });
  return images;
}

function factsOf({ number, issuer, issued_on, expires_on }: IdFacts): IdFacts {
  return {
    ...(number !== undefined && { number: cleanText(number) }),
    ...(issuer !== undefined && { issuer: cleanText(issuer) }),
    ...(issued_on !== undefined && { issued_on }),
    ...(expires_on !== undefined && { expires_on }),
  };
}

type Fields = Readonly<Record<string, unknown>>;
const fieldsOf = (value: unknown): Fields | undefined =>
  typeof value === 'object' && value !== null ? (value as Fields) : undefined;

/** Checks the values of an upload; the schema reports wrong types. */
export function checkDocuments(body: unknown, { now }: Pick<ValidationContext, 'now'>): Problems {
  const problems = new Problems();
  const sent = fieldsOf(body);
  const id = fieldsOf(sent?.['government_id']);
  if (id) {
    checkImage(fieldsOf(id['front_image']), 'government_id.front_image', problems);
    checkImage(fieldsOf(id['back_image']), 'government_id.back_image', problems);
    checkIdFacts(id, dayOf(now), problems);
    const { country, type } = id;
    if (typeof country === 'string' && !Object.hasOwn(iso31661Alpha2ToAlpha3, country))
      problems.add(
        'government_id.country',
        'Must be an ISO 3166-1 alpha-2 country code, two capital letters.',
      );
    if (typeof type === 'string' && twoSided.has(type) && id['back_image'] === undefined)
      problems.add('government_id.back_image', 'Missing: this type of document has a back side.');
  }
  for (const name of ['proof_of_address', 'social_security_card'])
    checkImage(fieldsOf(sent?.[name]), name, problems);
  return problems;
}

function checkIdFacts(id: Fields, today: string, problems: Problems): void {
  const { number, issuer, issued_on: issued, expires_on: expires } = id;
  const note = (name: string, problem: string | undefined) => problems.add(`government_id.${name}`, problem);
  if (typeof number === 'string') note('number', shortTextProblem(idNumber, number));
  if (typeof issuer === 'string') note('issuer', shortTextProblem(idIssuer, issuer));
  if (typeof issued === 'string')
    note('issued_on', dayProblem(issued) ?? (issued > today ? 'Must not be in the future.' : undefined));
  if (typeof expires !== 'string') return;
  const isEarlier = typeof issued === 'string' && expires < issued;
  note('expires_on', dayProblem(expires) ?? (isEarlier ? 'Must not be before issued_on.' : undefined));
}

const dayProblem = (day: string): string | undefined =>
  isCalendarDay(day) ? undefined : 'Must be a calendar day, YYYY-MM-DD.';

function checkImage(sent: Fields | undefined, path: string, problems: Problems): void {
  const { file_name: name, image } = sent ?? {};
  if (typeof name === 'string') problems.add(`${path}.file_name`, fileNameRule(name));
  if (typeof image === 'string') problems.add(`${path}.image`, imageRule(image));
}

const fileNameRule = (name: string): string | undefined => {
  const length = lengthOf(name.normalize('NFC'));
  return length >= 1 && length <= 255 && !/[/\\]/.test(name) && isHarmless(name)
    ? undefined
    : 'Must be between 1 and 255 characters, without slashes.';
};

/** Linear and without a copy: the text may be 14 million characters long. */
function imageRule(image: string): string | undefined {
  if (decodedLength(image) > maxImageBytes) return 'Must be at most 10 MB.';
  if (!isBase64(image))
    return 'Not valid base64: use the standard alphabet with padding and no line breaks (RFC 4648 section 4).';
  return mediaTypeOf(image)
    ? undefined
    : 'Not a jpg, png, heic or pdf. The type is detected from the content, not from the name.';
}

/** The decoded length of a base64 text in bytes. */
const decodedLength = (text: string): number =>
  (text.length / 4) * 3 - (text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0);

/** Canonical base64 has complete quanta and no unused bits set in the last one. */
function isBase64(text: string): boolean {
  const last = text.slice(-4);
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]{2,4}={0,2}$/.test(last)) return false;
  return btoa(atob(last)) === last && !/[^A-Za-z0-9+/]/.test(text.slice(0, -4));
}

/** The kind of file by its first bytes, or `undefined` for any other. `base64` is valid. */
export function mediaTypeOf(base64: string): MediaType | undefined {
  const start = base64.slice(0, 16);
  if (!/^[A-Za-z0-9+/]{16}$/.test(start)) return undefined;
  // Readers of PDF take a header anywhere in the first 1,024 bytes (ISO 32000-1, annex H.3.4.1).
  const [bytes, head] = [atob(start), atob(base64.slice(0, 4 * Math.ceil(1_024 / 3)))];
  if (bytes.startsWith('\xff\xd8\xff')) return 'image/jpeg';
  if (bytes.startsWith('\x89PNG\r\n\x1a\n')) return 'image/png';
  // ISO/IEC 23008-12: a file type box whose major brand is one of the HEVC image brands.
  const isHeic = /^ftyp(?:heic|heix|heim|heis|hevc|hevx|mif1|msf1)$/.test(bytes.slice(4));
  if (isHeic) return 'image/heic';
  return head.slice(0, 1_024).includes('%PDF-') ? 'application/pdf' : undefined;
}
