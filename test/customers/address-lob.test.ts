import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { AddressFields } from '../../src/domain/customers/address.ts';
import { deliverabilities } from '../../src/domain/customers/address.ts';
import type { Instant } from '../../src/domain/time.ts';
import type { AddressVerifier } from '../../src/providers/address.ts';
import { dpvVerdict, isRetryable, unknown } from '../../src/providers/address.ts';
import type { LobOptions } from '../../src/providers/address-lob.ts';
import { openLobVerifier } from '../../src/providers/address-lob.ts';
import { magicStreets } from '../../src/providers/address-sandbox.ts';
import type { Outbound } from '../../src/providers/outbound.ts';
import { openOutbound } from '../../src/providers/outbound.ts';
import type { FakeLob, LobError } from '../fakes/lob.ts';
import { answerWith, failWith, openFakeLob, verification } from '../fakes/lob.ts';
import { address } from '../people.ts';

const now = '2026-03-01T12:00:00.250000' as Instant;
const nowSeconds = Date.UTC(2026, 2, 1, 12) / 1_000;

describe('verification by Lob', () => {
  let lob: FakeLob;
  let outbound: Outbound;
  let verifier: AddressVerifier;

  /** Generous where time is not what is tested: the machine may be loaded. */
  const timeoutMs = 20_000;
  const make = (more: Partial<LobOptions> = {}) =>
    openLobVerifier({ ...lob, outbound, now: () => now, timeoutMs, ...more });

  const at = (street: string, more: Partial<AddressFields> = {}): AddressFields => ({
    ...address,
    street,
    ...more,
  });

  beforeAll(async () => {
    lob = await openFakeLob();
    outbound = openOutbound({ allow: ['127.0.0.1/32'], timeoutMs, maxResponseBytes: 65_536 });
    verifier = make();
  });
  afterEach(() => {
    lob.misbehave(undefined);
    lob.limit(300, nowSeconds + 5);
    lob.requests.length = 0;
  });
  afterAll(async () => {
    await outbound.close();
    await lob.close();
  });

  test('returns all five verdicts and sends Lob only the address', async () => {
    const seen = new Set<string>();
    for (const [street, deliverability] of magicStreets) {
      expect(await verifier.verify(at(street))).toEqual({ kind: 'verdict', deliverability });
      seen.add(deliverability);
    }
    expect(seen).toEqual(new Set(deliverabilities));
    expect(lob.requests[0]).toEqual({
      primary_line: 'commercial highrise',
      secondary_line: 'Suite 600',
      city: 'San Francisco',
      state: 'CA',
      zip_code: '94104-2657',
    });
  });

  test('makes no call for an address outside the United States, and none during the request', async () => {
    const abroad = at('14 Tooley St.', { country: 'GB', state: '', zip_code: 'SE1 2TF' });
    expect(await verifier.verify(abroad)).toEqual(unknown('not_us'));
    expect(verifier.verifyNow(abroad)).toEqual(unknown('not_us'));
    expect(verifier.verifyNow(at('deliverable'))).toEqual({ kind: 'needs_call' });
    expect(lob.requests).toEqual([]);
  });

  test('maps every documented error', async () => {
    const reasons: Readonly<Record<LobError, string>> = {
      invalid_api_key: 'no_access',
      feature_limit_reached: 'no_access',
      unrecognised_endpoint: 'no_access',
      request_timeout: 'timeout',
      invalid: 'no_verdict',
      rate_limit_exceeded: 'rate_limited',
      internal_server_error: 'unavailable',
      service_unavailable: 'unavailable',
    };
    for (const [code, reason] of Object.entries(reasons)) {
      lob.misbehave(failWith(code as LobError));
      expect(await verifier.verify(at('deliverable'))).toEqual({ kind: 'unknown', reason });
    }
    lob.misbehave(undefined);
    const stranger = make({ apiKey: 'test_wrong' });
    expect(await stranger.verify(at('deliverable'))).toEqual(unknown('no_access'));
    expect(await verifier.verify(at(''))).toEqual(unknown('no_verdict'));
  });

  test('waits as long as the rate limit says, up to a maximum', async () => {
    lob.limit(1, nowSeconds + 5);
    expect((await verifier.verify(at('deliverable'))).kind).toBe('verdict');
    expect(await verifier.verify(at('deliverable'))).toEqual(unknown('rate_limited', 5));
    // A clock that goes wrong, theirs or ours, must neither hurry us nor put us to sleep.
    lob.limit(0, nowSeconds - 3_600);
    expect(await verifier.verify(at('deliverable'))).toEqual(unknown('rate_limited', 1));
    lob.limit(0, nowSeconds + 86_400);
    expect(await verifier.verify(at('deliverable'))).toEqual(unknown('rate_limited', 900));
    lob.misbehave(failWith('service_unavailable', { 'retry-after': '30' }));
    expect(await verifier.verify(at('deliverable'))).toEqual(unknown('unavailable', 30));
    lob.misbehave(failWith('rate_limit_exceeded', { 'ratelimit-reset': 'soon' }));
    expect(await verifier.verify(at('deliverable'))).toEqual(unknown('rate_limited'));
  });

  test('accepts no answer in another than the documented form', async () => {
    const bodies = [
      '',
      '{',
      'null',
      '[]',
      '"deliverable"',
      '{}',
      '{"deliverability": true}',
      '{"deliverability": "probably"}',
      '{"deliverability": null, "deliverability_analysis": {"dpv_confirmation": "Q"}}',
      '<html>Bad gateway</html>',
      JSON.stringify({ ...verification('deliverable'), filler: 'x'.repeat(70_000) }),
    ];
    for (const body of bodies) {
      lob.misbehave(answerWith(200, body));
      expect(await verifier.verify(at('deliverable'))).toEqual(unknown('malformed'));
    }
    lob.misbehave(answerWith(302, '', { location: `${lob.baseUrl}/us_verifications` }));
    expect(await verifier.verify(at('deliverable'))).toEqual(unknown('malformed'));
    expect(lob.requests).toHaveLength(bodies.length + 1);
  });

  test("reads the USPS code if Lob's summary is unknown", async () => {
    lob.misbehave(answerWith(200, JSON.stringify(verification('deliverable_to_locker', 'S', ['AA', 'CC']))));
    expect(await verifier.verify(at('x'))).toEqual({
      kind: 'verdict',
      deliverability: 'deliverable_unnecessary_unit',
    });
  });

  test('treats an empty summary, which a test key gets, as no verdict', async () => {
    expect(await verifier.verify(at('185 Berry St.'))).toEqual(unknown('no_verdict'));
  });

  test('limits a call to three seconds by default', async () => {
    lob.misbehave(() => undefined);
    const ended: string[] = [];
    const verifiers = {
      'after 2.5 s': make({ timeoutMs: 2_500 }),
      'not told': openLobVerifier({ ...lob, outbound, now: () => now }),
      'after 3.5 s': make({ timeoutMs: 3_500 }),
    };
    const calls = Object.entries(verifiers).map(async ([name, one]) => {
      expect(await one.verify(at('deliverable'))).toEqual(unknown('timeout'));
      ended.push(name);
    });
    await Promise.all(calls);
    expect(ended).toEqual(['after 2.5 s', 'not told', 'after 3.5 s']);
  });

  test('never waits longer than its deadline, and never throws', async () => {
    const impatient = make({ timeoutMs: 300 });
    lob.misbehave(() => undefined);
    expect(await impatient.verify(at('deliverable'))).toEqual(unknown('timeout'));
    lob.misbehave((response) => void response.socket?.destroy());
    expect(await verifier.verify(at('deliverable'))).toEqual(unknown('unavailable'));
    const nowhere = make({ baseUrl: 'http://127.0.0.1:1/v1' });
    expect(await nowhere.verify(at('deliverable'))).toEqual(unknown('unavailable'));
    const forbidden = make({ baseUrl: 'http://10.0.0.1/v1' });
    expect(await forbidden.verify(at('deliverable'))).toEqual(unknown('unavailable'));
  });
});

test('one table maps the USPS codes to verdicts for every vendor', () => {
  const verdicts = [
    ['Y', [], 'deliverable'],
    ['Y', ['AA', 'BB'], 'deliverable'],
    ['Y', ['AA', 'CC'], 'deliverable_unnecessary_unit'],
    ['S', ['AA', 'CC'], 'deliverable_unnecessary_unit'],
    ['S', ['AA', 'C1'], 'deliverable_incorrect_unit'],
    ['D', ['AA', 'N1'], 'deliverable_missing_unit'],
    ['N', ['AA', 'M3'], 'undeliverable'],
    ['', ['A1'], 'undeliverable'],
    ['Z', [], undefined],
  ] as const;
  for (const [code, footnotes, wanted] of verdicts) expect(dpvVerdict(code, footnotes)).toBe(wanted);
});

test('a finding that a retry cannot change is not retried', () => {
  const again = (reason: Parameters<typeof unknown>[0]) => isRetryable(unknown(reason));
  expect(again('rate_limited') && again('timeout') && again('unavailable') && again('no_access')).toBe(true);
  expect(again('not_us') || again('no_verdict')).toBe(false);
});
