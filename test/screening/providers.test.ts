import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ScreenedPerson } from '../../src/domain/screening/screening.ts';
import { openOutbound } from '../../src/providers/outbound.ts';
import { openHttpScreening } from '../../src/providers/screening/http.ts';
import type { ScreeningProvider } from '../../src/providers/screening/screening.ts';
import { openWatchman } from '../../src/providers/screening/watchman.ts';
import { makeSecret } from '../../src/providers/signature.ts';
import { wallClock } from '../../src/runtime.ts';
import { portOf } from '../fakes/internet.ts';
import type { FakeWatchman } from '../fakes/watchman.ts';
import { json, openFakeWatchman, searched } from '../fakes/watchman.ts';

// What a provider says is kept only where it is complete: nonsense is never taken for a person without an entry.

const james: ScreenedPerson = {
  first_name: 'James',
  middle_name: '',
  last_name: 'Bond',
  dob: '1997-12-25',
};
const outbound = () => openOutbound({ allow: ['127.0.0.1/32'], timeoutMs: 300, maxResponseBytes: 65_536 });
const closers: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const close of closers) await close();
});

describe('Watchman', () => {
  let watchman: FakeWatchman;
  let provider: ScreeningProvider;
  beforeAll(async () => {
    watchman = await openFakeWatchman();
    provider = openWatchman({ outbound: outbound(), url: `${watchman.url}/`, minMatch: 85, perSecond: 50 });
    closers.push(
      () => provider.close(),
      () => watchman.close(),
    );
  });
  beforeEach(() => watchman.misbehave(undefined));

  test('is asked for a person by the parameters that it documents, and for nothing else', async () => {
    watchman.publish([
      { id: '22790', lastName: 'Bond', born: '1997-12-25' },
      { id: '22791', lastName: 'Bond', list: 'us_csl' },
      { id: '22792', lastName: 'Blofeld' },
    ]);
    const person = { ...james, middle_name: 'Núñez & Co' };
    expect(await provider.screen(person)).toEqual({
      kind: 'screened',
      entries: [
        {
          list: 'us_ofac',
          entry_id: '22790',
          name: 'BOND, Person',
          score: 0.98,
          birth_dates: ['1997-12-25'],
          programs: ['SDGT'],
        },
        { list: 'us_csl', entry_id: '22791', name: 'BOND, Person', score: 0.9, programs: ['SDGT'] },
      ],
    });
    expect(Object.fromEntries(watchman.searches.at(-1) ?? [])).toEqual({
      type: 'person',
      name: 'James Núñez & Co Bond',
      birthDate: '1997-12-25',
      minMatch: '0.85',
      limit: '50',
    });
  });

  test('finds nobody for a person whom no entry resembles', async () => {
    watchman.publish([]);
    expect(await provider.screen(james)).toEqual({ kind: 'screened', entries: [] });
  });

  test('may have the entity as its guide shows it', async () => {
    const { match, ...entity } = searched({ id: '1', lastName: 'Bond' }, 0.9);
    watchman.misbehave((response) => json(response, 200, { entities: [{ entity, match }] }));
    expect(await provider.screen(james)).toMatchObject({ entries: [{ entry_id: '1', score: 0.9 }] });
  });

  test('has another version of its lists when one of them has another hash', async () => {
    const before = await provider.listVersion();
    expect(before).toEqual(await provider.listVersion());
    expect(before).toMatchObject({ version: expect.stringMatching(/^us_csl:a572e9d00c5bcf42 us_ofac:0003/) });
    watchman.publish([]);
    expect(await provider.listVersion()).not.toEqual(before);
  });

  test('is not believed while it has no lists', async () => {
    watchman.misbehave((response) => json(response, 200, { lists: {}, listHashes: {} }));
    expect(await provider.listVersion()).toEqual({ kind: 'no_answer', reason: 'no lists' });
    watchman.misbehave((response) => json(response, 200, { lists: { us_ofac: 0 } }));
    expect(await provider.listVersion()).toEqual({ kind: 'no_answer', reason: 'no lists' });
  });

  const entry = searched({ id: '1', lastName: 'Bond' }, 0.9);
  test.each<[string, unknown]>([
    ['text', 'lists'],
    ['an empty object', {}],
    ['an error with a status of success', { error: 'problem' }],
    ['a list', []],
    ['entities that are none', { entities: 'none' }],
    ['an entity without an id', { entities: [{ ...entry, sourceID: undefined }] }],
    ['an entity without a list', { entities: [{ ...entry, sourceList: 7 }] }],
    ['an entity without a name', { entities: [{ ...entry, name: '' }] }],
    ['a name that nobody sees', { entities: [{ ...entry, name: '\u200f \u200b' }] }],
    ['a score that is none', { entities: [{ ...entry, match: 7 }] }],
    ['a score that is missing', { entities: [{ ...entry, match: undefined }] }],
    ['more entities than were asked for', { entities: Array(51).fill(entry) }],
  ])('answers nothing with %s', async (_, body) => {
    watchman.misbehave((response) => json(response, 200, body));
    expect(await provider.screen(james)).toEqual({ kind: 'no_answer', reason: 'malformed' });
    expect(await provider.listVersion()).toEqual({ kind: 'no_answer', reason: 'malformed' });
  });

  test('that says of an entry what cannot be kept is believed about the rest, and about the other entries', async () => {
    const good = searched({ id: '2', lastName: 'Bond' }, 0.9);
    const odd = {
      ...entry,
      name: `\u200fBOND,\n\u202eJames ${'x'.repeat(485)}\u{1f600}`,
      person: { ...entry.person, birthDate: '' },
      sanctionsInfo: { programs: ['SDGT', '', ' ', null, 'a\u0000b', 'x'.repeat(501), 'IRAN'] },
    };
    watchman.misbehave((response) => json(response, 200, { entities: [odd, good] }));
    const named = { list: 'us_ofac', score: 0.9 };
    expect(await provider.screen(james)).toEqual({
      kind: 'screened',
      entries: [
        { ...named, entry_id: '1', name: `BOND, James ${'x'.repeat(485)}`, programs: ['SDGT', 'IRAN'] },
        { ...named, entry_id: '2', name: 'BOND, Person', programs: ['SDGT'] },
      ],
    });
  });

  test.each<[number, object, string, number | undefined]>([
    [400, {}, 'refused', undefined],
    [302, { location: 'https://example.com/' }, 'refused', undefined],
    [429, { 'retry-after': '7' }, 'rate limited', 7],
    [500, {}, 'server error', undefined],
    [503, { 'retry-after': '999999' }, 'server error', 3_600],
  ])('that answers %i is asked again later', async (status, headers, reason, retryAfterSeconds) => {
    watchman.misbehave((response) => void response.writeHead(status, { ...headers }).end());
    const expected = { kind: 'no_answer', reason, ...(retryAfterSeconds && { retryAfterSeconds }) };
    expect(await provider.screen(james)).toEqual(expected);
  });

  test('that is slow, breaks off or is away answers nothing', async () => {
    watchman.misbehave(() => undefined);
    expect(await provider.screen(james)).toEqual({ kind: 'no_answer', reason: 'timeout' });
    watchman.misbehave((response) => void response.writeHead(200).write('{"entities":'));
    expect(await provider.screen(james)).toEqual({ kind: 'no_answer', reason: 'timeout' });
    watchman.misbehave((response) => void response.destroy());
    expect(await provider.screen(james)).toMatchObject({ kind: 'no_answer' });
    watchman.misbehave((response) => json(response, 200, `{"entities":null,"more":"${'a'.repeat(70_000)}"}`));
    expect(await provider.screen(james)).toEqual({ kind: 'no_answer', reason: 'malformed' });
    const options = { outbound: outbound(), minMatch: 85, perSecond: 50 };
    const away = openWatchman({ ...options, url: 'http://127.0.0.1:9' });
    expect(await away.screen(james)).toEqual({ kind: 'no_answer', reason: 'unreachable' });
    const inside = openWatchman({ ...options, url: 'http://10.1.2.3:8084' });
    expect(await inside.screen(james)).toEqual({ kind: 'no_answer', reason: 'unreachable' });
    await away.close();
  });
});

describe('a service of the operator', () => {
  const secret = makeSecret();
  const webhook = new Webhook(secret);
  const calls: { readonly path: string; readonly body: unknown }[] = [];
  let answers: Readonly<Record<string, unknown>> = {};
  let provider: ScreeningProvider;
  beforeAll(async () => {
    const serve = async (request: IncomingMessage, response: ServerResponse) => {
      let text = '';
      for await (const chunk of request) text += chunk;
      try {
        webhook.verify(text, request.headers as Record<string, string>);
      } catch {
        return json(response, 401, {});
      }
      calls.push({ path: request.url ?? '', body: JSON.parse(text) });
      json(response, 200, answers[request.url ?? '']);
    };
    const server = createServer((request, response) => void serve(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${portOf(server)}/lists-of-ours`;
    provider = openHttpScreening({ outbound: outbound(), url, secret, perSecond: 50, now: wallClock });
    closers.push(async () => {
      await provider.close();
      server.closeAllConnections();
      server.close();
    });
  });

  test('is asked by two signed calls, as docs/screening.md has them', async () => {
    const entry = { list: 'ofac', entry_id: 'A-7', name: 'James Bond', score: 0.91234 };
    answers = {
      '/lists-of-ours/lists': { list_version: '2026-11-29/3' },
      '/lists-of-ours/screenings': {
        entries: [{ ...entry, birth_dates: ['1962'], programs: null, more: 1 }],
      },
    };
    expect(await provider.listVersion()).toEqual({ kind: 'version', version: '2026-11-29/3' });
    expect(await provider.screen(james)).toEqual({
      kind: 'screened',
      entries: [{ ...entry, score: 0.9123, birth_dates: ['1962'] }],
    });
    expect(calls).toEqual([
      { path: '/lists-of-ours/lists', body: {} },
      { path: '/lists-of-ours/screenings', body: { person: james } },
    ]);
  });

  test.each<[string, unknown, string]>([
    ['no version yet', null, 'no lists'],
    ['no version', undefined, 'malformed'],
    ['a number', 7, 'malformed'],
    ['an empty text', '', 'malformed'],
    ['a text with a line break', 'a\nb', 'malformed'],
    ['a long text', 'a'.repeat(501), 'malformed'],
  ])('with %s answers nothing', async (_, version, reason) => {
    answers = { '/lists-of-ours/lists': { list_version: version } };
    expect(await provider.listVersion()).toEqual({ kind: 'no_answer', reason });
  });

  test('must name each entry', async () => {
    const entry = { list: 'ofac', entry_id: 'A-7', name: 'James Bond', score: 0.9 };
    for (const wrong of [{ entry_id: '' }, { list: 'a\nb' }, { score: '0.9' }, { name: 7 }]) {
      answers = { '/lists-of-ours/screenings': { entries: [{ ...entry, ...wrong }] } };
      expect(await provider.screen(james)).toEqual({ kind: 'no_answer', reason: 'malformed' });
    }
    answers = { '/lists-of-ours/screenings': {} };
    expect(await provider.screen(james)).toEqual({ kind: 'no_answer', reason: 'malformed' });
    answers = {
      '/lists-of-ours/screenings': { entries: [{ ...entry, birth_dates: 'none', programs: [''] }] },
    };
    expect(await provider.screen(james)).toEqual({ kind: 'screened', entries: [entry] });
  });
});
