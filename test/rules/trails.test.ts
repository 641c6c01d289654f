import { describe, expect, test } from 'vitest';
import type { AccessEntry } from '../../src/domain/audit/access.ts';
import {
  accessCursor,
  accessCursorPattern,
  accessKindOf,
  customersShown,
  mergeAccess,
  parseAccessCursor,
} from '../../src/domain/audit/access.ts';
import {
  checkpointInterval,
  checkpointText,
  endorsedText,
  entryLine,
  entryText,
  exportTrailerText,
  hashTailBytes,
  originText,
  restoredText,
  signatureTailBytes,
  signedLine,
} from '../../src/domain/audit/checkpoint.ts';
import {
  actorText,
  auditCursor,
  auditCursorPattern,
  operationPattern,
  operationText,
  parseAuditCursor,
} from '../../src/domain/audit/query.ts';
import { describeFault, summariseFault } from '../../src/domain/fault.ts';
import type { BrandId, CustomerId, Id } from '../../src/domain/ids.ts';
import type { SealContext, SealedColumnName } from '../../src/domain/sealed-columns.ts';
import {
  boundColumnsOf,
  boundText,
  firstBoundColumnsOf,
  sealContext,
  sealedColumns,
  sealedColumnsOf,
} from '../../src/domain/sealed-columns.ts';
import {
  commandEvent,
  refusalEvent,
  securityEvent,
  securityEventMembers,
  securityEvents,
  severities,
  successEvent,
} from '../../src/domain/security-events.ts';
import type { Instant } from '../../src/domain/time.ts';

/** What is written down: audit entries, signed lines, security events, faults, and what a seal is bound to. */

const brand = '11111111-0000-4000-8000-000000000000' as BrandId;
const [a, b] = ['aaaaaaaa', 'bbbbbbbb'].map(
  (start) => `${start}-0000-4000-8000-000000000000` as CustomerId,
) as [CustomerId, CustomerId];
const at = '2026-11-22T13:00:00.000000' as Instant;

describe('a line of the audit trail', () => {
  const checkpoint = { brand, number: 7, hash: 'h7', at, key: 'k2' };
  const plain = `{"kind":"checkpoint","brand":"${brand}","number":7,"hash":"h7","at":"${at}+00:00"`;
  const previous = { number: 5, hash: 'h5' };

  test('is written byte by byte', () => {
    expect(originText(brand)).toBe(`{"kind":"origin","brand":"${brand}"}`);
    expect(entryText(7, 'h6', '{"a":1}')).toBe('{"number":7,"previous":"h6","a":1');
    expect(entryLine('{"number":7', 'h7')).toBe('{"number":7,"hash":"h7"}');
    expect(signedLine('{"a":1', 's')).toBe('{"a":1,"signature":"s"}');
    expect([hashTailBytes, signatureTailBytes]).toEqual([75, 104]);
    expect(checkpointInterval).toEqual({ entries: 1_000, seconds: 60 });
  });

  test('is signed with its predecessor and with what a former key endorsed', () => {
    expect(checkpointText(checkpoint)).toBe(`${plain},"key":"k2"`);
    const chained = `${plain},"previous_number":5,"previous_hash":"h5","key":"k2"`;
    expect(checkpointText({ ...checkpoint, previous })).toBe(chained);
    expect(endorsedText({ ...checkpoint, previous }, 'k1')).toBe(`${chained},"former_key":"k1"`);
    const endorsement = { key: 'k1', signature: 's1' };
    expect(checkpointText({ ...checkpoint, previous, endorsement })).toBe(
      `${chained},"former_key":"k1","endorsement":"s1"`,
    );
    expect(restoredText({ ...checkpoint, lost: previous })).toBe(chained.replace('checkpoint', 'restored'));
  });

  test('ends an export with what the file has', () => {
    const trailer = { brand, from: 1, to: 7, lines: 9, hash: 'h7', file: 'f', at, key: 'k' };
    expect(exportTrailerText(trailer)).toBe(
      `{"kind":"end","brand":"${brand}","from":1,"to":7,"lines":9,"hash":"h7","file":"f","at":"${at}+00:00","key":"k"`,
    );
  });

  test('is found by its actor and its operation', () => {
    expect(actorText('operator')).toBe('"actor":{"kind":"operator"');
    expect(actorText('clientele')).toBe('"actor":{"kind":"clientele"');
    expect(actorText(a.toUpperCase())).toBe(`","id":"${a}"`);
    for (const actor of ['', 'x', 'Operator']) expect(actorText(actor)).toBeUndefined();
    expect(operationText('keys list')).toBe('"operation":"keys list"');
    const pattern = new RegExp(operationPattern);
    for (const name of ['getCustomer', 'keys set-owner', 'x'.repeat(64)]) expect(name).toMatch(pattern);
    for (const name of ['', '7x', 'a"b', ' a', 'x'.repeat(65)]) expect(name).not.toMatch(pattern);
  });

  test('has a place in the list', () => {
    for (const number of [0n, 1n, 35n, 36n, 4_738_381_338_321_616_895n]) {
      expect(auditCursor(number)).toMatch(new RegExp(auditCursorPattern));
      expect(parseAuditCursor(auditCursor(number))).toBe(number);
    }
    for (const text of ['', 'a1_', 'a1_A', 'xa1_1', 'a1_1 ', 'a1_0000000000000', 'k1_1'])
      expect(parseAuditCursor(text)).toBeUndefined();
  });
});

describe('what a key saw', () => {
  test.each<[Partial<AccessEntry>, boolean, string]>([
    [{ operation: 'listCustomers' }, true, 'list'],
    [{ operation: 'searchCustomers' }, true, 'search'],
    [{ operation: 'revealSsn' }, true, 'reveal'],
    [{ operation: 'revealRestrictedSsn' }, true, 'reveal'],
    [{ operation: 'getCustomer' }, true, 'read'],
    [{ operation: 'updateCustomer' }, false, 'change'],
    [{ operation: 'listCustomers', document_id: a }, true, 'document'],
  ])('by %j, which only reads: %s, is %s', (entry, isRead, kind) => {
    expect(accessKindOf({ at, operation: '', ...entry }, isRead)).toBe(kind);
  });

  test.each<[Partial<AccessEntry>, readonly string[]]>([
    [{ customer_id: a }, [a]],
    [{ customers: [a, b] }, [a, b]],
    [{ customers: [a], customer_id: b }, [a]],
    [{ customers: ['x', a] }, [a]],
    [{}, []],
    [{ customer_id: a, outcome: 'found' }, [a]],
    [{ customer_id: a, outcome: 'equal' }, [a]],
    [{ customer_id: a, outcome: 'refused' }, []],
    [{ customer_id: a, outcome: 'not found' }, []],
    [{ customer_id: a, outcome: 'duplicate' }, []],
  ])('in an entry with %j is %j', (entry, ids) => {
    expect(customersShown({ at, operation: 'x', ...entry })).toEqual(ids);
  });

  test('is one span of time for each customer', () => {
    const one = {
      customer_id: a,
      first_at: '1',
      last_at: '2',
      count: 2,
      access: ['change', 'read'],
    } as const;
    const other = {
      customer_id: a,
      first_at: '3',
      last_at: '4',
      count: 1,
      access: ['reveal', 'read'],
    } as const;
    expect(mergeAccess(undefined, one)).toBe(one);
    expect(mergeAccess(one, other)).toEqual({
      customer_id: a,
      first_at: '1',
      last_at: '4',
      count: 3,
      access: ['read', 'reveal', 'change'],
    });
  });

  test('has a place in the list', () => {
    const place = { at: '2026-11-22T13:00:00.000123' as Instant, number: 36 };
    const cursor = accessCursor(place.at, place.number);
    expect(cursor).toMatch(new RegExp(accessCursorPattern));
    expect(parseAccessCursor(cursor)).toEqual(place);
    for (const text of [
      '',
      `x${cursor}`,
      `${cursor} `,
      cursor.toUpperCase(),
      'k1_zzzzzzzzzzz_1',
      'k1__1',
      'k1_1_',
    ])
      expect(parseAccessCursor(text)).toBeUndefined();
  });
});

describe('a security event', () => {
  const eventId = 'e' as Id<'security event'>;
  test('has the members that it has values for, in the documented order', () => {
    const least = securityEvent({ name: 'ssn_revealed', outcome: 'succeeded' }, at, eventId);
    expect(least).toStrictEqual({
      at,
      event_id: 'e',
      security_event: 'ssn_revealed',
      severity: 'notice',
      outcome: 'succeeded',
    });
    const fact = {
      name: 'ssn_probing',
      outcome: 'refused',
      source: 's',
      key: 'k',
      operator: 'p',
      brandId: brand,
      operation: 'o',
      requestId: 'r',
      count: 0,
    } as unknown as Parameters<typeof securityEvent>[0];
    const most = securityEvent(fact, at, eventId);
    expect(Object.keys(most)).toEqual(Object.keys(securityEventMembers));
    expect(Object.values(most)).toEqual([
      at,
      'e',
      'ssn_probing',
      'alert',
      'refused',
      's',
      'k',
      'p',
      brand,
      'o',
      'r',
      0,
    ]);
  });

  test('has a severity of syslog and a sentence', () => {
    expect(severities).toEqual({ alert: 1, error: 3, warning: 4, notice: 5, info: 6 });
    for (const { severity, when } of Object.values(securityEvents)) {
      expect(severities).toHaveProperty(severity);
      expect(when).toMatch(/^[A-Z].+\.$/);
    }
    for (const sentence of Object.values(securityEventMembers)) expect(sentence).toMatch(/^[A-Z].+\.$/);
  });

  test('comes from a refusal, a success or a command', () => {
    const codes = [
      'auth_err',
      'scope_err',
      'second_approver',
      'lookup_budget',
      'reveal_budget',
      'record_altered',
      'customer_dne',
    ] as const;
    expect(codes.map((code) => refusalEvent(code, false))).toEqual([
      'authentication_failed',
      'scope_refused',
      'approval_refused',
      'ssn_probing',
      'bulk_reveal',
      'record_altered',
      undefined,
    ]);
    expect([refusalEvent('auth_err', true), refusalEvent('scope_err', true)]).toEqual([
      'signature_refused',
      'scope_refused',
    ]);
    expect(['revealSsn', 'revealRestrictedSsn', 'getCustomer'].map(successEvent)).toEqual([
      'ssn_revealed',
      'ssn_revealed',
      undefined,
    ]);
    const commands = {
      'keys create': 'key_created',
      'keys rotate': 'key_rotated',
      'keys revoke': 'key_revoked',
      'keys enable': 'key_enabled',
      'keys set-owner': 'key_owned',
      'programs create': 'provider_changed',
      'programs set': 'provider_changed',
      'programs propose': 'provider_proposed',
      'programs approve': 'provider_changed',
      'export audit': 'data_exported',
      'export customers': 'data_exported',
      'keys list': undefined,
      toString: undefined,
    };
    for (const [command, event] of Object.entries(commands)) expect(commandEvent(command)).toBe(event);
  });
});

describe('a fault in the log', () => {
  const fault = (stack: string, more: object = {}) =>
    Object.assign(new TypeError('ssn 123'), { stack: `TypeError: ssn 123\n${stack}` }, more);
  const own = '    at async eraseCustomer (file:///srv/src/operations/erasure.ts:28:3)';
  const strange = [
    '    at parse (/srv/node_modules/pg/lib/client.js:1:2)',
    '    at emit (node:events:524:28)',
    '    at node:internal/process:1:1',
  ];

  test.each<[unknown, string, string]>([
    [fault(own), 'TypeError', 'eraseCustomer (erasure.ts:28)'],
    [fault([...strange, own].join('\n')), 'TypeError', 'eraseCustomer (erasure.ts:28)'],
    [fault('    at file:///srv/main.ts:7:1'), 'TypeError', 'main.ts:7'],
    [fault('    at main.ts:7:15'), 'TypeError', 'main.ts:7'],
    [fault('    at f (x.ts:7:1) and more'), 'TypeError', ''],
    [fault('x at f (x.ts:7:1)'), 'TypeError', ''],
    [fault('    at new Thing (main.ts:7:1)'), 'TypeError', 'new Thing (main.ts:7)'],
    [fault('    at <anonymous>'), 'TypeError', ''],
    [fault(strange.join('\n')), 'TypeError', ''],
    [fault('no frames'), 'TypeError', ''],
    [fault(own, { code: 'ENOENT' }), 'TypeError ENOENT', 'eraseCustomer (erasure.ts:28)'],
    [
      fault(own, { code: '23505', statement: 'customer_create' }),
      'TypeError 23505',
      'statement customer_create',
    ],
    [fault(own, { code: 'a b', statement: 'x'.repeat(64) }), 'TypeError', 'eraseCustomer (erasure.ts:28)'],
    [fault(own, { code: 7, statement: '' }), 'TypeError', 'eraseCustomer (erasure.ts:28)'],
    [fault(own, { statement: 'x'.repeat(63) }), 'TypeError', `statement ${'x'.repeat(63)}`],
    ['text', 'string', ''],
    [{ code: 'X', stack: own }, 'object', ''],
    [undefined, 'undefined', ''],
  ])('%#', (error, kind, place) => {
    expect(summariseFault(error)).toEqual({ kind, place });
  });

  test('has no line of the message, though it looks like one of the stack', () => {
    const error = new Error('bad\n    at secret (x.ts:1:1)');
    error.stack = `Error: ${error.message}\n${own}`;
    expect(describeFault(error)).toEqual({
      error: 'Error',
      code: undefined,
      statement: undefined,
      stack: [own.trim()],
    });
    expect(summariseFault(error).place).toBe('eraseCustomer (erasure.ts:28)');
  });

  test('has the first twelve lines of the stack, also where the message is not in it', () => {
    const error = fault(Array.from({ length: 20 }, (_, line) => `   at f (x.ts:${line}:1)`).join('\n'));
    error.message = 'another';
    expect(describeFault(error)).toMatchObject({ stack: { length: 12, 0: 'at f (x.ts:0:1)' } });
    const bare = Object.assign(new Error('x'), { stack: undefined, code: 'C', statement: 's' });
    expect(describeFault(bare)).toEqual({ error: 'Error', code: 'C', statement: 's', stack: [] });
    expect(summariseFault(bare)).toEqual({ kind: 'Error C', place: 'statement s' });
    expect(describeFault('text')).toEqual({ error: 'string' });
  });

  test('never runs code of the error', () => {
    const error = Object.defineProperty(fault(own), 'code', { get: () => 'RUN' });
    expect(summariseFault(error).kind).toBe('TypeError');
  });
});

describe('the context of a seal', () => {
  const contextOf = sealContext as (name: SealedColumnName, row: object, seal?: number) => SealContext;
  const names = Object.keys(sealedColumns) as SealedColumnName[];
  const rowOf = (name: SealedColumnName) => {
    const ids = sealedColumns[name].recordId.split(/[{}]/).filter((_, index) => index % 2 === 1);
    return Object.fromEntries(
      [...ids, ...Object.keys(boundColumnsOf(name))].map((column) => [column, `<${column}>`]),
    );
  };

  test.each(names)('of %s has the ids in their places and every bound value', (name) => {
    const row = rowOf(name);
    const context = contextOf(name, row, 4);
    expect(context.purpose).toBe(sealedColumns[name].purpose);
    expect(context.recordId).toBe(sealedColumns[name].recordId.replaceAll(/\{([^}]*)\}/g, '<$1>'));
    expect(context.sealNumber).toBe(4);
    const bound = Object.keys(boundColumnsOf(name));
    expect(context.bound).toBe(
      bound.length === 0 ? undefined : JSON.stringify(bound.map((column) => `<${column}>`)),
    );
    expect(contextOf(name, row).sealNumber).toBe(1);
    expect(sealedColumnsOf(name.split('.')[0] ?? '')).toContain(name.split('.')[1]);
  });

  test('leaves out what later columns do not have, and nothing of the first ones', () => {
    const first = Object.keys(firstBoundColumnsOf('customers.profile')).length;
    const all = Object.keys(boundColumnsOf('customers.profile')).length;
    expect(all).toBeGreaterThan(first);
    const filled = Array.from({ length: first }, () => 1);
    const later = all - first;
    const empties: readonly unknown[] = [null, undefined, []];
    for (const empty of empties)
      expect(boundText('customers.profile', [...filled, ...Array.from({ length: later }, () => empty)])).toBe(
        JSON.stringify(filled),
      );
    expect(boundText('customers.profile', [...filled.slice(1), undefined])).toBe(
      JSON.stringify([...filled.slice(1), null]),
    );
    expect(boundText('customers.profile', [...filled, 0])).toBe(JSON.stringify([...filled, 0]));
    expect(boundText('customers.profile', [...filled, [1]])).toBe(JSON.stringify([...filled, [1]]));
  });

  test('belongs to one column: a table lists its own', () => {
    expect(sealedColumnsOf('customers')).toEqual(
      names.filter((name) => name.startsWith('customers.')).map((name) => name.slice('customers.'.length)),
    );
    expect(sealedColumnsOf('custom')).toEqual([]);
    expect(firstBoundColumnsOf('customers.ssn' as SealedColumnName)).toEqual({});
  });
});
