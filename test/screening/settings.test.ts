import { describe, expect, test } from 'vitest';
import { readConfig } from '../../src/config.ts';

// Settings that do not go together are refused at the start, with the name of each.

const watchman = {
  CLIENTELE_SCREENING: 'watchman',
  CLIENTELE_SCREENING_URL: 'http://watchman.internal:8084',
} as const;

describe('screening', () => {
  test('is off unless it is asked for', () => {
    expect(readConfig({}).screening).toBeUndefined();
    expect(readConfig({ CLIENTELE_SCREENING: 'off' }).screening).toBeUndefined();
  });

  test('has a provider, a lowest score and a rate', () => {
    expect(readConfig(watchman).screening).toEqual({
      provider: 'watchman',
      url: watchman.CLIENTELE_SCREENING_URL,
      secretFile: undefined,
      minMatch: 85,
      perSecond: 50,
    });
  });

  test.each<[Readonly<Record<string, string>>, RegExp]>([
    [{ CLIENTELE_SCREENING: 'watchman' }, /CLIENTELE_SCREENING_URL go together/],
    [{ CLIENTELE_SCREENING_URL: 'https://lists.example.com' }, /CLIENTELE_SCREENING_URL go together/],
    [{ ...watchman, CLIENTELE_SCREENING_SECRET_FILE: '/secret' }, /SCREENING_SECRET_FILE go together/],
    [{ ...watchman, CLIENTELE_SCREENING: 'http' }, /SCREENING_SECRET_FILE go together/],
    [{ ...watchman, CLIENTELE_SCREENING_URL: 'watchman.internal' }, /SCREENING_URL must be an http/],
    [{ ...watchman, CLIENTELE_SCREENING_URL: 'https://a:b@example.com' }, /SCREENING_URL must be an http/],
    [{ ...watchman, CLIENTELE_SCREENING_URL: 'https://example.com/?key=1' }, /SCREENING_URL must be an http/],
    [{ ...watchman, CLIENTELE_SCREENING_MIN_MATCH: '49' }, /CLIENTELE_SCREENING_MIN_MATCH must be/],
    [{ ...watchman, CLIENTELE_SCREENING_RATE: '0' }, /CLIENTELE_SCREENING_RATE must be/],
  ])('with %j is refused', (env, sentence) => {
    expect(() => readConfig(env)).toThrow(sentence);
  });
});
