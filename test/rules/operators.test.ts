import { describe, expect, test } from 'vitest';
import { isSameParty } from '../../src/domain/keys/four-eyes.ts';
import {
  accountLabel,
  isInUserNamespace,
  isSameOperator,
  operatorUid,
} from '../../src/domain/keys/operator-account.ts';
import { defaultScopes, isKeyScope, keyScopes } from '../../src/domain/scopes.ts';

/** Who may do what, and who counts as a second person. */

describe('two parties', () => {
  const mo = { id: 'k1', person: 'mo@example.com' };
  test.each([
    [mo, { ...mo }, true],
    [mo, { id: 'k2', person: 'mo@example.com' }, true],
    [mo, { id: 'k2', person: 'jo@example.com' }, false],
    [mo, { id: 'k1', person: 'jo@example.com' }, true],
    [{ id: 'k1', person: undefined }, { id: 'k1', person: undefined }, true],
    [{ id: 'k1', person: undefined }, { id: 'k2', person: undefined }, false],
    [mo, { id: 'k2', person: undefined }, false],
    [{ id: 'k2', person: undefined }, mo, false],
  ])('%j and %j are one: %s', (one, other, isSame) => {
    expect(isSameParty(one, other)).toBe(isSame);
  });
});

describe('the operator behind a process', () => {
  const uidMap = '         0          0 4294967295\n';
  const inNamespace = '         0       1000          1\n';
  test.each<[string, Parameters<typeof operatorUid>[0], number | undefined]>([
    ['is the login of root', { uid: 0, login: '1001', uidMap }, 1001],
    ['is the login of root, at the end of a line', { uid: 0, login: '1001\n', uidMap }, 1001],
    ['is root itself where it logged in', { uid: 0, login: '0', uidMap }, 0],
    ['is root where nobody logged in', { uid: 0, login: '4294967295', uidMap }, 0],
    ['is root where the login cannot be read', { uid: 0, login: undefined, uidMap }, 0],
    ['is root where the login is no number', { uid: 0, login: '10x', uidMap }, 0],
    ['is root where the login begins with no number', { uid: 0, login: 'x10', uidMap }, 0],
    ['is root in a user namespace', { uid: 0, login: '1001', uidMap: inNamespace }, 0],
    ['is root where the map cannot be read', { uid: 0, login: '1001', uidMap: undefined }, 0],
    ['is the account of any other process', { uid: 1000, login: '1001', uidMap }, 1000],
    [
      'is not known on a system without uids',
      { uid: undefined, login: undefined, uidMap: undefined },
      undefined,
    ],
  ])('%s', (_what, facts, uid) => {
    expect(operatorUid(facts)).toBe(uid);
  });

  test.each([
    [uidMap, 'linux', false],
    ['0 0 4294967295', 'linux', false],
    ['0 0    4294967295', 'linux', false],
    [inNamespace, 'linux', true],
    ['1 0 0 4294967295', 'linux', true],
    ['0 0 4294967295\n1000 1000 1', 'linux', true],
    ['0 0 42949672950', 'linux', true],
    [undefined, 'linux', true],
    [undefined, 'darwin', false],
    [inNamespace, 'darwin', false],
  ] as const)('with the map %j on %s is in a namespace of its own: %s', (map, platform, isInside) => {
    expect(isInUserNamespace({ uid: 0, login: undefined, uidMap: map }, platform)).toBe(isInside);
    expect(isInUserNamespace({ uid: undefined, login: undefined, uidMap: map }, platform)).toBe(false);
  });

  test('is written with the name of the account, where it has one', () => {
    expect([accountLabel(1001, 'mo'), accountLabel(1001, undefined)]).toEqual(['mo (uid 1001)', 'uid 1001']);
  });

  test.each([
    ['mo (uid 1001)', 'mo (uid 1001)', true],
    ['mo (uid 1001)', 'jo (uid 1001)', true],
    ['mo (uid 1001)', 'uid 1001', true],
    ['mo (uid 1001)', 'mo (uid 1002)', false],
    ['uid 1', 'uid 11', false],
    ['uid 1001', 'jo (uid 1002)', false],
    ['mo', 'mo', true],
    ['mo', 'jo', false],
    // An older entry has no uid, and proves no second person.
    ['mo', 'jo (uid 1001)', true],
    ['jo (uid 1001)', 'mo', true],
    // What only looks like a uid is a name.
    ['fluid 7', 'fluid 8', false],
    ['uid 7 of mo', 'uid 7 of jo', false],
    ['uid x7', 'uid x8', false],
  ])('%j and %j are one: %s', (one, other, isSame) => {
    expect(isSameOperator(one, other)).toBe(isSame);
  });
});

test('a key gets full SSNs, decisions, restricted records, keys and requests only on request, and settings never', () => {
  const onRequest = keyScopes.filter((scope) => !defaultScopes.includes(scope));
  expect(onRequest).toEqual([
    'ssn:reveal',
    'ssn:search',
    'kyc:review',
    'compliance:read',
    'compliance:write',
    'keys:read',
    'keys:write',
    'requests:read',
  ]);
  expect(defaultScopes).toEqual([
    'customers:read',
    'customers:write',
    'customers:delete',
    'kyc:read',
    'kyc:write',
    'webhooks:read',
    'webhooks:write',
    'events:read',
    'audit:read',
  ]);
  expect(keyScopes.every(isKeyScope)).toBe(true);
  for (const text of ['', 'ssn', 'toString', 'customers:read ', 'settings:read', 'settings:write'])
    expect(isKeyScope(text)).toBe(false);
});
