import { describe, expect, test } from 'vitest';
import { readConfig } from '../../../src/config.ts';
import type { BrandId } from '../../../src/domain/ids.ts';
import { hasRoles, readGroupRoles, rolesOfPerson } from '../../../src/domain/operators/groups.ts';

const provider = {
  CLIENTELE_OIDC_ISSUER: 'https://login.example.com',
  CLIENTELE_OIDC_CLIENT_ID: 'clientele',
  CLIENTELE_OIDC_CLIENT_SECRET_FILE: '/etc/clientele/client.secret',
  CLIENTELE_OIDC_ROLES: '{"support": {"*": ["agent"]}}',
} as const;
const live = {
  ...provider,
  CLIENTELE_ENVIRONMENT: 'live',
  CLIENTELE_PUBLIC_URL: 'https://customers.example.com',
} as const;

describe('the settings of a provider', () => {
  test('are absent unless they are set, and whole where they are', () => {
    expect(readConfig({}).identity).toBeUndefined();
    expect(readConfig(live).identity).toMatchObject({
      issuer: 'https://login.example.com',
      clientId: 'clientele',
      secretFile: '/etc/clientele/client.secret',
      groupsClaim: 'groups',
      scopes: 'openid profile email',
      label: 'single sign-on',
      mustVerifyEmail: true,
      strongAcr: [],
      strongAmr: [],
    });
  });

  test.each<[Readonly<Record<string, string>>, RegExp]>([
    [{ CLIENTELE_OIDC_ISSUER: 'https://login.example.com' }, /set CLIENTELE_OIDC_CLIENT_ID and .*_ROLES too/],
    [{ CLIENTELE_OIDC_ROLES: provider.CLIENTELE_OIDC_ROLES }, /set CLIENTELE_OIDC_ISSUER and/],
    [{ ...provider, CLIENTELE_OIDC_ISSUER: 'login.example.com' }, /CLIENTELE_OIDC_ISSUER must be a URL/],
    [
      { ...provider, CLIENTELE_OIDC_ISSUER: 'https://a:b@example.com' },
      /CLIENTELE_OIDC_ISSUER must be a URL/,
    ],
    [
      { ...provider, CLIENTELE_OIDC_ISSUER: 'https://example.com/?a=1' },
      /CLIENTELE_OIDC_ISSUER must be a URL/,
    ],
    [{ ...live, CLIENTELE_OIDC_ISSUER: 'http://login.example.com' }, /must begin with https:\/\/ in live/],
    [{ ...live, CLIENTELE_PUBLIC_URL: '' }, /needs CLIENTELE_PUBLIC_URL in live/],
    [{ ...provider, CLIENTELE_OIDC_ROLES: '[]' }, /CLIENTELE_OIDC_ROLES must be a JSON object/],
    [{ ...provider, CLIENTELE_OIDC_ROLES: '{' }, /CLIENTELE_OIDC_ROLES must be a JSON object/],
    [{ ...provider, CLIENTELE_OIDC_ROLES: '{"a": ["agent"]}' }, /CLIENTELE_OIDC_ROLES must have an object/],
    [
      { ...provider, CLIENTELE_OIDC_ROLES: '{"a": {"*": ["boss"]}}' },
      /CLIENTELE_OIDC_ROLES must have a list/,
    ],
    [{ ...provider, CLIENTELE_OIDC_SCOPES: 'profile' }, /CLIENTELE_OIDC_SCOPES must include openid/],
    [{ ...provider, CLIENTELE_OIDC_EMAIL: 'any' }, /CLIENTELE_OIDC_EMAIL must be one of/],
  ])('with %j are refused', (env, sentence) => {
    expect(() => readConfig(env)).toThrow(sentence);
  });

  test('that are wrong are all told at once', () => {
    const wrong = { ...live, CLIENTELE_OIDC_ISSUER: 'http://a.example', CLIENTELE_PUBLIC_URL: '' };
    expect(() => readConfig({ ...wrong, CLIENTELE_OIDC_ROLES: '1', CLIENTELE_OIDC_SCOPES: 'email' })).toThrow(
      /https:\/\/ in live.*\n.*PUBLIC_URL.*\n.*OIDC_ROLES.*\n.*OIDC_SCOPES/,
    );
  });
});

test('groups give the roles of each of them, in brands by name and by id, once', () => {
  const [blue, red] = ['b1' as BrandId, 'b2' as BrandId];
  const brands = [
    { brandId: blue, name: 'Blue' },
    { brandId: red, name: 'Red' },
  ];
  const mapping = readGroupRoles(
    '{"a": {"*": ["viewer"], "Blue": ["admin", "agent"]}, "b": {"b1": ["agent", "compliance"]}, "c": {"Green": ["admin"]}}',
  );
  if (typeof mapping === 'string') throw new Error(mapping);
  const ofBoth = rolesOfPerson(mapping, ['b', 'a', 'a'], brands);
  expect(ofBoth).toEqual({
    everywhere: ['viewer'],
    inBrands: new Map([[blue, ['agent', 'compliance', 'admin']]]),
  });
  const ofNone = rolesOfPerson(mapping, ['c', 'constructor', '__proto__'], brands);
  expect(hasRoles(ofNone)).toBe(false);
  expect(hasRoles(ofBoth)).toBe(true);
});
