import { describe, expect, test } from 'vitest';
import type { Scope } from '../../src/domain/scopes.ts';
import type { Instant } from '../../src/domain/time.ts';
import { notATime } from '../../src/domain/time.ts';
import { challengeOutcome, unverifiedSentence } from '../../src/domain/webhooks/challenge.ts';
import {
  attemptOutcomes,
  disableAfterSeconds,
  maxRetryAfterSeconds,
  outcomeOfStatus,
  readRetryAfter,
  retryDelaySeconds,
  retryDelaysSeconds,
} from '../../src/domain/webhooks/delivery.ts';
import { announcementPatterns, eventTypes, typesOf } from '../../src/domain/webhooks/events.ts';
import {
  auditedAddress,
  checkNewWebhook,
  checkReplay,
  checkWebhookChange,
  maskSecret,
  matchesEventType,
  missingScopes,
  stopReasonOf,
  urlOf,
} from '../../src/domain/webhooks/subscription.ts';

/** The rules of subscriptions and deliveries, without a receiver. */

const id = '2f1f0d0c-6f0e-4f64-9d5c-0d0a3a1f5b0e';
const url = 'https://hooks.example.com/';

describe('a subscription', () => {
  const both = { callback_url: ['The older name of url: send one of the two.'] };
  const noType = ['No event has this type. The reference lists them all.'];
  test.each<[unknown, object]>([
    [{ url, events: ['*', 'customer.created', 'kyc.*'] }, {}],
    [{ url, callback_url: url }, both],
    [{ callback_url: url }, {}],
    [
      { url, events: ['customer', '*', 'cust*omer'] },
      { 'events.0': noType, 'events.2': noType },
    ],
    [{ url, events: ['\u0000', 7, null] }, {}],
    [{ url, events: 'x' }, {}],
    [{ url, description: 'x'.repeat(256) }, { description: ['Must be at most 255 characters.'] }],
    [{ url, description: '' }, {}],
    [null, {}],
    ['x', {}],
  ])('%j is told %j', (body, problems) => {
    expect(checkWebhookChange(body).toObject()).toEqual(problems);
    expect(checkNewWebhook(body).toObject()).toEqual(problems);
  });

  test('needs a URL at first, and may keep it later', () => {
    const body = { events: ['*'] };
    expect(checkNewWebhook(body).toObject()).toEqual({ url: ['Missing data for required field.'] });
    expect(checkWebhookChange(body).any).toBe(false);
    expect([urlOf({ url, callback_url: 'x' }), urlOf({ callback_url: url }), urlOf({})]).toEqual([
      url,
      url,
      undefined,
    ]);
  });

  test.each([
    [['*'], 'customer.created', true],
    [['customer*'], 'customer.created', true],
    [['customer*'], 'kyc.verification.error', false],
    [['kyc.*', 'customer.created'], 'customer.created', true],
    [['customer'], 'customer.created', false],
    [[], 'customer.created', false],
  ])('to %j gets %s: %s', (patterns, type, isMatch) => {
    expect(matchesEventType(patterns, type)).toBe(isMatch);
  });

  test('names types one by one, or by their beginning', () => {
    const ofCustomers = ['customer.created', 'customer.updated', 'customer.deleted'];
    expect(typesOf('customer*')).toEqual([...ofCustomers, 'customer.screening.match']);
    expect(typesOf('webhook.t*')).toEqual(['webhook.test']);
    expect(typesOf('customer.deleted')).toEqual(['customer.deleted']);
    expect(typesOf('*')).toEqual(Object.keys(eventTypes));
    for (const pattern of ['', 'customer', 'cust*omer', '**']) expect(typesOf(pattern)).toEqual([]);
  });

  test('gets checkpoints only where it names them or a prefix of theirs', () => {
    expect(announcementPatterns).toHaveLength(1 + 'audit.checkpoint'.length);
    expect(announcementPatterns).toEqual(
      expect.arrayContaining(['audit.checkpoint', 'a*', 'audit.checkpoint*']),
    );
    for (const pattern of announcementPatterns) expect(typesOf(pattern)).toContain('audit.checkpoint');
    expect(announcementPatterns).not.toContain('*');
  });

  const now = '2026-11-22T13:00:00.000000' as Instant;
  const key = {
    scopes: ['events:read'] as Scope[],
    expiresAt: undefined,
    revokedAt: undefined,
    disabledAt: undefined,
  };
  const later = '2026-11-22T13:00:00.000001' as Instant;
  test.each([
    ['thin', key, undefined],
    ['full', key, 'narrowed'],
    ['full', { ...key, scopes: ['events:read', 'customers:read'] as Scope[] }, undefined],
    ['thin', { ...key, scopes: [] }, 'narrowed'],
    ['thin', { ...key, expiresAt: now }, 'expired'],
    ['thin', { ...key, expiresAt: later }, undefined],
    ['thin', { ...key, revokedAt: later, expiresAt: now }, 'revoked'],
    ['thin', { ...key, disabledAt: now }, 'wait'],
    ['full', { ...key, disabledAt: now }, 'narrowed'],
  ] as const)('that is %s, of a key with %j, is stopped because of: %s', (payload, answering, reason) => {
    expect(stopReasonOf(payload, answering, now)).toBe(reason);
  });

  test('names the scopes that a key lacks', () => {
    expect(missingScopes('thin', [])).toEqual(['events:read']);
    expect(missingScopes('full', ['customers:read'])).toEqual(['events:read']);
    expect(missingScopes('full', ['customers:read', 'events:read', 'audit:read'])).toEqual([]);
  });

  test('shows the end of its secret, and of its URL no part that may be one', () => {
    expect(maskSecret('whsec_0123456789')).toBe('whsec_************6789');
    const shown = {
      'https://a.example/hooks/v1/T0K3N/x?key=1': 'https://a.example/hooks/v1/*/x',
      'https://u:p@a.example:8443/': 'https://a.example:8443/',
      'https://a.example/v123/v12/a-b_c/aB': 'https://a.example/*/v12/a-b_c/*',
      [`https://a.example/${'a'.repeat(16)}/${'a'.repeat(17)}`]: `https://a.example/${'a'.repeat(16)}/*`,
      'https://a.example/1abc/xv1/v1x': 'https://a.example/*/*/*',
      'no url': '*',
    };
    for (const [address, audited] of Object.entries(shown)) expect(auditedAddress(address)).toBe(audited);
  });
});

describe('a replay', () => {
  const one = ['Send one of: event_id; from_number and to_number; from and to; dead.'];
  const [from, to] = ['2026-01-01', '2026-02-01'];
  test.each<[unknown, object]>([
    [{ event_id: id }, {}],
    [{ from_number: 1, to_number: 2 }, {}],
    [{ from, to }, {}],
    [{ dead: true }, {}],
    [{}, { body: one }],
    [{ dead: true, event_id: id }, { body: one }],
    [{ from_number: 1, to_number: 2, from, to }, { body: one }],
    [{ from_number: 1 }, { to_number: ['Goes together with from_number.'] }],
    [{ to_number: 1 }, { from_number: ['Goes together with to_number.'] }],
    [{ from }, { to: ['Goes together with from.'] }],
    [{ to }, { from: ['Goes together with to.'] }],
    [
      { from: 'x', to: 'y' },
      { from: [notATime], to: [notATime] },
    ],
    [{ event_id: 'x' }, { event_id: ['Not a valid UUID.'] }],
    [{ event_id: 7 }, {}],
    [{ from: 7, to: 7 }, {}],
    [null, {}],
    ['x', {}],
  ])('%j is told %j', (body, problems) => {
    expect(checkReplay(body).toObject()).toEqual(problems);
  });
});

describe('the answer to a challenge', () => {
  test.each([
    [200, 'abc', 'delivered'],
    [200, ' abc\n', 'delivered'],
    [200, '{"challenge": "abc"}', 'delivered'],
    [200, '{"challenge":"abc","more":1}', 'unproven'],
    [200, '{"challenge":"abd"}', 'unproven'],
    [200, '"abc"', 'unproven'],
    [200, 'the challenge abc', 'unproven'],
    [200, '', 'unproven'],
    [404, 'abc', 'rejected'],
    [404, 'x', 'rejected'],
    [302, 'abc', 'redirected'],
  ])('%i %j is %s', (status, body, outcome) => {
    expect(challengeOutcome('abc', status, body)).toBe(outcome);
  });

  test('is told of in words', () => {
    const begin = 'Its URL has not answered the challenge (webhook.verify) yet, so it gets no events.';
    expect(unverifiedSentence(undefined)).toBe(`${begin} The challenge is on its way.`);
    const told = [...attemptOutcomes, 'unproven'].map((outcome) =>
      unverifiedSentence(outcome as Parameters<typeof unverifiedSentence>[0]),
    );
    const sentence =
      /^ The last one was (?:answered|not sent|not answered)[a-z0-9, ]*\. Send another one with testWebhook\.$/;
    for (const text of told)
      expect(text.slice(begin.length).toLowerCase()).toMatch(new RegExp(sentence, 'i'));
    expect(new Set(told).size).toBe(told.length);
  });
});

describe('a delivery', () => {
  test('waits as documented, a tenth more or less, and ends after three days', () => {
    expect(retryDelaysSeconds).toEqual([5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400]);
    retryDelaysSeconds.forEach((pause, index) => {
      const [least, usual, most] = [0, 0.5, 1].map((random) => retryDelaySeconds(index + 1, random));
      expect([least, usual, most]).toEqual([expect.closeTo(pause * 0.9), pause, expect.closeTo(pause * 1.1)]);
    });
    expect([retryDelaySeconds(0, 0.5), retryDelaySeconds(10, 0.5)]).toEqual([undefined, undefined]);
    expect(disableAfterSeconds).toBe(5 * 86_400);
  });

  test('waits longer where the receiver asks for it, at most a day', () => {
    expect([retryDelaySeconds(1, 0.5, 60), retryDelaySeconds(2, 0.5, 60)]).toEqual([60, 300]);
    expect(retryDelaySeconds(1, 0.5, 1_000_000)).toBe(maxRetryAfterSeconds);
    expect(maxRetryAfterSeconds).toBe(86_400);
  });

  test.each([
    ['120', 120],
    ['0', 0],
    ['999999999', 999_999_999],
    ['1000000000', 0],
    ['1.5', 0],
    ['-1', 0],
    ['x1', 0],
    ['Sun, 22 Nov 2026 13:02:00 GMT', 120],
    ['Sun, 22 Nov 2026 12:00:00 GMT', 0],
    ['2026-11-22T13:02:00Z', 0],
    ['xSun, 22 Nov 2026 13:02:00 GMT', 0],
    ['Sun, 99 Nov 2026', 0],
    [undefined, 0],
    [120, 0],
  ])('is asked by %j to wait %i seconds', (value, seconds) => {
    expect(readRetryAfter(value, Date.parse('2026-11-22T13:00:00Z'))).toBe(seconds);
  });

  test.each([
    [199, 'rejected'],
    [200, 'delivered'],
    [299, 'delivered'],
    [300, 'redirected'],
    [399, 'redirected'],
    [400, 'rejected'],
    [410, 'gone'],
    [500, 'rejected'],
  ])('with the status %i is %s', (status, outcome) => {
    expect(outcomeOfStatus(status)).toBe(outcome);
  });
});
