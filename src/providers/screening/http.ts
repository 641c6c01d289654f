import { listVersionPattern } from '../../domain/screening/screening.ts';
import type { Instant } from '../../domain/time.ts';
import { millisOf } from '../../domain/time.ts';
import { memberOf, parseJson } from '../json.ts';
import { bodyOf, noAnswer } from '../no-answer.ts';
import type { Outbound } from '../outbound.ts';
import { signedHeaders } from '../signature.ts';
import type { SentEntry } from './entries.ts';
import { entriesOf } from './entries.ts';
import type { ScreeningProvider } from './screening.ts';

export interface HttpScreeningOptions {
  readonly outbound: Outbound;
  /** The name of each call is appended to it. */
  readonly url: string;
  /** Signs the calls. */
  readonly secret: string;
  readonly perSecond: number;
  readonly now: () => Instant;
}

/** A service of the operator, and through it any vendor. docs/screening.md describes its two signed calls. */
export function openHttpScreening(options: HttpScreeningOptions): ScreeningProvider {
  const { outbound, secret, perSecond, now } = options;
  const base = options.url.replace(/\/+$/, '');

  async function call(path: string, content: object): Promise<ReturnType<typeof bodyOf>> {
    const body = JSON.stringify(content);
    const headers = signedHeaders(secret, Math.floor(millisOf(now()) / 1_000), body);
    return bodyOf(await outbound.send({ method: 'POST', url: `${base}${path}`, headers, body }));
  }

  return {
    name: 'http',
    perSecond,
    async listVersion() {
      const body = await call('/lists', {});
      if (typeof body !== 'string') return body;
      const version = memberOf(parseJson(body), 'list_version');
      if (version === null) return noAnswer('no lists');
      return typeof version === 'string' && listVersionPattern.test(version)
        ? { kind: 'version', version }
        : noAnswer('malformed');
    },
    async screen(person) {
      const body = await call('/screenings', { person });
      if (typeof body !== 'string') return body;
      const entries = entriesOf(memberOf(parseJson(body), 'entries'), readEntry);
      return entries ? { kind: 'screened', entries } : noAnswer('malformed');
    },
    close: () => outbound.close(),
  };
}

const readEntry = (sent: unknown): SentEntry => ({
  list: memberOf(sent, 'list'),
  entryId: memberOf(sent, 'entry_id'),
  name: memberOf(sent, 'name'),
  score: memberOf(sent, 'score'),
  birthDates: memberOf(sent, 'birth_dates'),
  programs: memberOf(sent, 'programs'),
});
