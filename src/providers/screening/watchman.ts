import { createHash } from 'node:crypto';
import type { ScreenedPerson } from '../../domain/screening/screening.ts';
import {
  fullNameOf,
  listVersionPattern,
  maxEntries,
  maxListVersion,
} from '../../domain/screening/screening.ts';
import { memberOf, parseJson } from '../json.ts';
import { bodyOf, noAnswer } from '../no-answer.ts';
import type { Outbound } from '../outbound.ts';
import type { SentEntry } from './entries.ts';
import { entriesOf, memberAt } from './entries.ts';
import type { ScreeningProvider } from './screening.ts';

export interface WatchmanOptions {
  readonly outbound: Outbound;
  /** Where it listens, such as `http://watchman.internal:8084`. */
  readonly url: string;
  /** The lowest score of an entry that counts, in percent. */
  readonly minMatch: number;
  readonly perSecond: number;
}

/**
 * Moov's Watchman, by its documented API (`docs/search.md` and `docs/api.yaml` at d299005f, version v2 of the API):
 * `GET /v2/search` for people, and `GET /v2/listinfo`. It takes no other query parameters than it knows.
 */
export function openWatchman({ outbound, url, minMatch, perSecond }: WatchmanOptions): ScreeningProvider {
  const base = url.replace(/\/+$/, '');
  const headers = { accept: 'application/json' };
  const get = async (path: string) =>
    bodyOf(await outbound.send({ method: 'GET', url: `${base}${path}`, headers }));

  return {
    name: 'watchman',
    perSecond,
    async listVersion() {
      const body = await get('/v2/listinfo');
      if (typeof body !== 'string') return body;
      const info = parseJson(body);
      const counts = countsOf(memberOf(info, 'lists'));
      if (!counts) return noAnswer('malformed');
      // While it loads its lists it answers every search, with nothing.
      if (![...counts.values()].some((count) => count > 0)) return noAnswer('no lists');
      const version = versionOf(counts, memberOf(info, 'listHashes'));
      return version === undefined ? noAnswer('malformed') : { kind: 'version', version };
    },
    async screen(person) {
      const body = await get(`/v2/search?${queryOf(person, minMatch)}`);
      if (typeof body !== 'string') return body;
      // No entities are null. An answer without the member says nothing about the person.
      const found = memberOf(parseJson(body), 'entities');
      const entries = entriesOf(found === null ? [] : found, readEntity);
      return entries ? { kind: 'screened', entries } : noAnswer('malformed');
    },
    close: () => outbound.close(),
  };
}

const queryOf = (person: ScreenedPerson, minMatch: number): string =>
  new URLSearchParams({
    type: 'person',
    name: fullNameOf(person),
    birthDate: person.dob,
    minMatch: (minMatch / 100).toFixed(2),
    limit: String(maxEntries),
  }).toString();

function countsOf(lists: unknown): ReadonlyMap<string, number> | undefined {
  if (typeof lists !== 'object' || lists === null || Array.isArray(lists)) return undefined;
  const counts = Object.entries(lists);
  return counts.every(([, count]) => typeof count === 'number' && count >= 0) ? new Map(counts) : undefined;
}

/** Characters of a hash that a version has. */
const hashLength = 16;

/** Each list with its hash, in the order of their names; with the count of its entries where there is no hash. */
function versionOf(counts: ReadonlyMap<string, number>, hashes: unknown): string | undefined {
  const names = [...counts.keys()].sort();
  const parts = names.map((name) => {
    const hash = memberOf(hashes, name);
    return `${name}:${typeof hash === 'string' && hash !== '' ? hash.slice(0, hashLength) : counts.get(name)}`;
  });
  const version = parts.join(' ');
  if (version.length > maxListVersion) return `sha256:${createHash('sha256').update(version).digest('hex')}`;
  return listVersionPattern.test(version) ? version : undefined;
}

/** An entity has its members beside `match`, as the service sends it, or under `entity`, as its guide shows it. */
function readEntity(found: unknown): SentEntry {
  const entity = memberOf(found, 'entity') ?? found;
  const born = memberAt(entity, 'person', 'birthDate');
  return {
    list: memberOf(entity, 'sourceList'),
    entryId: memberOf(entity, 'sourceID'),
    name: memberOf(entity, 'name'),
    score: memberOf(found, 'match'),
    birthDates: typeof born === 'string' ? [born.slice(0, 10)] : born,
    programs: memberAt(entity, 'sanctionsInfo', 'programs'),
  };
}
