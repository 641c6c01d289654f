import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { portOf } from './internet.ts';

/**
 * A stand-in for Moov's Watchman as its documentation has it (moov-io/watchman, `docs/api.yaml` and `docs/search.md` at
 * d299005f): `GET /v2/search` and `GET /v2/listinfo`. As the service does, it refuses query parameters that it does not
 * know. A person resembles an entry whose last name it has, and more so with the same date of birth.
 */
export interface FakeWatchman {
  readonly url: string;
  /** The queries of the searches, in order. */
  readonly searches: readonly URLSearchParams[];
  /** Replaces the lists. Other lists have other hashes. */
  publish(entries: readonly Sanctioned[]): void;
  /** Answers the next calls like this; without one, as documented. */
  misbehave(fault: Fault | undefined): void;
  close(): Promise<void>;
}

export interface Sanctioned {
  readonly id: string;
  readonly lastName: string;
  readonly born?: string;
  readonly list?: string;
}

export type Fault = (response: ServerResponse, url: URL) => void | Promise<void>;

/** The query parameters of a search for people that the documentation names. */
const known = new Set([
  'type',
  'name',
  'altNames',
  'gender',
  'birthDate',
  'deathDate',
  'titles',
  'minMatch',
  'limit',
]);

export async function openFakeWatchman(entries: readonly Sanctioned[] = []): Promise<FakeWatchman> {
  const searches: URLSearchParams[] = [];
  let lists = entries;
  let edition = 1;
  let fault: Fault | undefined;

  function found(query: URLSearchParams): readonly object[] {
    const names = (query.get('name') ?? '').toLowerCase().split(' ');
    const least = Number(query.get('minMatch') ?? 0);
    return lists
      .filter(({ lastName }) => names.includes(lastName.toLowerCase()))
      .map((one) => searched(one, one.born === query.get('birthDate') ? 0.98 : 0.9))
      .filter(({ match }) => match >= least)
      .slice(0, Number(query.get('limit') ?? 10));
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://watchman');
    if (url.pathname === '/v2/search') searches.push(url.searchParams);
    if (fault) return fault(response, url);
    if (url.pathname === '/v2/listinfo') return json(response, 200, listInfo());
    if (url.pathname !== '/v2/search') return json(response, 404, {});
    const odd = [...url.searchParams.keys()].filter((name) => !known.has(name));
    if (odd.length > 0) return json(response, 400, { error: `extra/unused query parameters: ${odd}` });
    const entities = found(url.searchParams);
    json(response, 200, { query: {}, entities: entities.length === 0 ? null : entities });
  }

  const listInfo = () => ({
    lists: { us_ofac: lists.length + 17_000, us_csl: 442 },
    listHashes: {
      us_ofac: `${String(edition).padStart(4, '0')}aa52e9d00c5bcf4207`,
      us_csl: 'a572e9d00c5bcf42aa',
    },
    startedAt: '2026-08-21T02:00:00Z',
    endedAt: '2026-08-21T02:00:14Z',
    version: 'v0.66.0',
  });

  const server = createServer((request, response) => void serve(request, response));
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${portOf(server)}`,
    searches,
    publish(next) {
      lists = next;
      edition += 1;
    },
    misbehave(wanted) {
      fault = wanted;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A SearchedEntity: the members of the entity beside `match`. */
export const searched = ({ id, lastName, born, list = 'us_ofac' }: Sanctioned, match: number) => ({
  name: `${lastName.toUpperCase()}, Person`,
  entityType: 'person',
  sourceList: list,
  sourceID: id,
  person: {
    name: `Person ${lastName.toUpperCase()}`,
    altNames: null,
    gender: 'unknown',
    birthDate: born === undefined ? null : `${born}T00:00:00Z`,
    placeOfBirth: '',
    deathDate: null,
    titles: null,
    governmentIDs: null,
  },
  business: null,
  organization: null,
  aircraft: null,
  vessel: null,
  contact: { emailAddresses: null, phoneNumbers: null, faxNumbers: null, websites: null },
  addresses: [],
  cryptoAddresses: null,
  affiliations: null,
  sanctionsInfo: { programs: ['SDGT'], secondary: false, description: '' },
  historicalInfo: null,
  sourceData: { entityID: id },
  match,
});

export const json = (response: ServerResponse, status: number, body: unknown): void => {
  response
    .writeHead(status, { 'content-type': 'application/json' })
    .end(typeof body === 'string' ? body : JSON.stringify(body));
};
