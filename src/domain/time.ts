/**
 * Instants as text: ISO 8601 in UTC with microseconds and without an offset, `2020-10-26T21:48:57.287919`. The form
 * sorts as text, keeps PostgreSQL's precision, and appears unchanged in most answers.
 */
export type Instant = string & { readonly __instant: true };

/** The second that was written last, and its text: under load the same one is written thousands of times. */
let lastSecond = Number.NaN;
let lastText = '';

/** From milliseconds since 1970 (UTC), fractions of a millisecond included. */
export function instantOfMillis(millis: number): Instant {
  const second = Math.floor(millis / 1_000);
  if (second !== lastSecond) {
    lastText = new Date(second * 1_000).toISOString().slice(0, 20);
    lastSecond = second;
  }
  const micros = Math.floor((millis - second * 1_000) * 1_000);
  return `${lastText}${String(1_000_000 + micros).slice(1)}` as Instant;
}

/** A stored time that the service never writes: an infinite one, or one of a year without four digits. */
export class UnreadableTime extends Error {
  override readonly name = 'UnreadableTime';
}

/**
 * From PostgreSQL's text of a `timestamptz` in a UTC session: `2020-10-26 21:48:57.28+00`.
 *
 * @throws UnreadableTime
 */
export function instantOfPostgres(text: string): Instant {
  const day = text.slice(0, 10);
  const plus = text.lastIndexOf('+');
  // Years before Christ end in BC, and a year of five digits has its first hyphen later.
  if (plus < 19 || text.slice(plus) !== '+00' || text[4] !== '-')
    throw new UnreadableTime('PostgreSQL answered a time that is not in UTC, or not of a four-digit year.');
  const time = text.slice(11, plus);
  return `${day}T${time.length === 8 ? `${time}.000000` : time.padEnd(15, '0')}` as Instant;
}

/** For SQL: the same instant with its offset. */
export const toPostgres = (at: Instant): string => `${at}Z`;

/** Milliseconds since 1970; the microseconds are cut off. */
export const millisOf = (at: Instant): number => Date.parse(`${at.slice(0, 23)}Z`);

/** Microseconds since 1970, exact until the year 2255. */
export const microsOf = (at: Instant): number => millisOf(at) * 1_000 + Number(at.slice(23));

/** The inverse, or `undefined` for a number outside of the four-digit years. */
export function instantOfMicros(micros: number): Instant | undefined {
  const isMoment = Number.isSafeInteger(micros) && micros >= 0;
  if (!isMoment) return undefined;
  return `${new Date(Math.floor(micros / 1_000)).toISOString().slice(0, 23)}${String(micros % 1_000).padStart(3, '0')}` as Instant;
}

/** The instant plus a number of seconds (which may be negative), with its microseconds. */
export function plusSeconds(at: Instant, seconds: number): Instant {
  const moved = new Date(millisOf(at) + seconds * 1000).toISOString().slice(0, 23);
  return `${moved}${at.slice(23)}` as Instant;
}

/** The calendar day in UTC, `YYYY-MM-DD`. */
export const dayOf = (at: Instant): string => at.slice(0, 10);

/**
 * The two forms of an instant on the wire. Bond's own pages write what is read without an offset
 * (`2020-10-26T21:48:57.287919`) and what a change answers with one (`2021-02-11T13:26:50.553841+00:00`). Clients
 * compare strings, so reads of customers and addresses use `naiveUtc`; everything else `withOffset`.
 */
export const naiveUtc = (at: Instant): string => at;
export const withOffset = (at: Instant): string => `${at}+00:00`;

export type TimeForm = typeof naiveUtc | typeof withOffset;

/** RFC 3339 section 5.6, and a day alone. The plus of an offset arrives as a blank where a client left it unescaped. */
const isoPattern =
  /^(\d{4}-\d{2}-\d{2})(?:[Tt]([01]\d|2[0-3]):([0-5]\d):([0-5]\d|60)(?:\.(\d{1,40}))?([Zz]|[+ -](?:[01]\d|2[0-3]):[0-5]\d)?)?$/;

/** The problem of a text that `parseInstant` does not take. */
export const notATime =
  'Must be a date or time such as 2026-11-24 or 2026-11-24T09:00:00Z (RFC 3339; UTC unless it has an offset).';

/**
 * Parses a date or time of a client (RFC 3339, UTC unless it has an offset), or returns `undefined`. What is finer
 * than a microsecond is cut off. A leap second is the second after it.
 */
export function parseInstant(text: string): Instant | undefined {
  const parts = isoPattern.exec(text);
  const day = parts?.[1];
  if (!day || !isCalendarDay(day)) return undefined;
  const [hour = '00', minute = '00', second = '00', fraction = '', offset = 'Z'] = parts.slice(2);
  const sign = offset.startsWith('-') ? -1 : 1;
  // A `Z` has no clock behind it, which makes no minutes.
  const zone = sign * minutesOf(offset.slice(1));
  const isLeap = second === '60';
  const micros = fraction.slice(0, 6).padEnd(6, '0');
  const written = `${day}T${hour}:${minute}:${isLeap ? '59' : second}.${micros}` as Instant;
  const at = plusSeconds(written, (isLeap ? 1 : 0) - zone * 60);
  // An offset can lead out of the four-digit years, which neither our text form nor PostgreSQL supports.
  return /^(?!0000)\d{4}-/.test(at) ? at : undefined;
}

const minutesOf = (clock: string): number => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3));

const daysInMonth = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

/** Whether `YYYY-MM-DD` is a day of the Gregorian calendar. `Date` would silently roll 29 February over. */
export function isCalendarDay(text: string): boolean {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (!parts) return false;
  const [year, month, day] = [Number(parts[1]), Number(parts[2]), Number(parts[3])];
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const last = month === 2 && leap ? 29 : daysInMonth[month - 1];
  return last !== undefined && year >= 1 && day >= 1 && day <= last;
}
