import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { Refusal } from '../../src/domain/errors.ts';
import type { BrandId } from '../../src/domain/ids.ts';
import type { Instant } from '../../src/domain/time.ts';
import { plusSeconds } from '../../src/domain/time.ts';
import type { Principal } from '../../src/operations/principal.ts';
import { ConflictError } from '../../src/operations/retry.ts';
import type { Handler, RepeatKey } from '../../src/operations/run.ts';
import { perform } from '../../src/operations/run.ts';
import type { Answer, System } from '../../src/operations/system.ts';
import type { IdempotencyClaim } from '../../src/store/idempotency-claim.ts';
import type { WrappedKey } from '../../src/vault/vault.ts';
import { openVault, VaultError } from '../../src/vault/vault.ts';
import { newRoot } from '../vault/samples.ts';

/**
 * What is decided about a request and its repeats, over claims in memory and with the real vault. That the database
 * keeps the claims and lets one of two through is proven in idempotency.test.ts and races.test.ts.
 */

const brandId = randomUUID() as BrandId;
const identity = randomUUID();
const principal = { brandId, identity, actor: { kind: 'key', id: identity } } as Principal;
const call = { operationId: 'createCustomer', requestId: 'r1' };
const vault = openVault(newRoot());

interface Kept {
  readonly claim: IdempotencyClaim;
  isDeleted: boolean;
  isErased: boolean;
}
let now: Instant;
let keys: WrappedKey[];
let claims: Kept[];
let counted: { wakes: number; admitted: number; reloads: number; runs: number };
let system: System;

beforeEach(() => {
  now = '2026-11-22T13:00:00.000000' as Instant;
  keys = [...vault.newBrandKeys(brandId)];
  claims = [];
  counted = { wakes: 0, admitted: 0, reloads: 0, runs: 0 };
  let known = vault.keyring(brandId, keys);
  const count = (name: keyof typeof counted) => {
    counted[name] += 1;
  };
  /** Answers the look-up of a claim, the only statement of these tests. */
  async function read(statement: { readonly name: string }, values: readonly unknown[]) {
    expect(statement.name).toBe('idempotency_find');
    const [brand, newest, digests, at] = values as [string, number, readonly string[], string];
    expect(brand).toBe(brandId);
    const versions = keys.filter(({ kind }) => kind === 'index').map(({ version }) => version);
    const nothing = {
      is_outdated: versions.some((version) => version > newest),
      record_id: null,
      answer: null,
    };
    const found = claims.find(
      ({ claim }) => digests.includes(bytea(claim.key)) && `${claim.expiresAt}Z` > at,
    );
    if (!found) return [nothing];
    const { claim, isDeleted, isErased } = found;
    return [
      {
        ...nothing,
        index_version: claim.indexVersion,
        record_id: claim.recordId,
        fingerprint: isErased ? null : bytea(claim.fingerprint),
        answer: isErased ? null : claim.answer,
        is_deleted: isDeleted,
      },
    ];
  }
  system = {
    vault,
    db: { read, wake: () => count('wakes') },
    keyrings: {
      of: async () => known,
      reload: async () => {
        count('reloads');
        known = vault.keyring(brandId, keys);
        return known;
      },
    },
    quotas: { admitRecord: async () => count('admitted') },
    now: () => now,
    newId: () => randomUUID(),
  } as unknown as System;
});

const bytea = (bytes: Buffer) => `\\x${bytes.toString('hex')}`;
const answer: Answer = { status: 201, body: '{"a":1}', version: 2 };

/** An operation that keeps its claim as the database would, in one step with its effect. */
const effect: Handler = async ({ claim }) => {
  counted.runs += 1;
  if (claim) claims.push({ claim: claim(answer, undefined), isDeleted: false, isErased: false });
  return answer;
};
const repeatOf = (request: string, endsWith: RepeatKey['endsWith'] = undefined): RepeatKey => ({
  key: 'K',
  request,
  endsWith,
});
const run = (repeat?: RepeatKey, handler: Handler = effect) =>
  perform(system, principal, { call, handler, input: {} as never, repeat });
const refused = async (work: Promise<unknown>) =>
  work.then(
    () => 'not refused',
    (error: unknown) => (error instanceof Refusal ? error.code : error),
  );

describe('a request without a key', () => {
  test('runs each time, and counts against no budget', async () => {
    expect(await run()).toEqual({ answer, replayed: false });
    expect(await run()).toEqual({ answer, replayed: false });
    expect([counted, claims]).toEqual([{ wakes: 0, admitted: 0, reloads: 0, runs: 2 }, []]);
  });

  test('wakes the workers exactly where it writes something for them, and says who did what', async () => {
    const written: unknown[] = [];
    const journalling: Handler = async (context) => {
      expect(context.now).toBe(now);
      written.push(context.journal({ fields: ['email'] }).parameters['body']);
      return answer;
    };
    await run(undefined, journalling);
    expect(counted.wakes).toBe(1);
    expect(JSON.parse(String(written[0]))).toEqual({
      at: `${now}+00:00`,
      actor: { kind: 'key', id: principal.identity },
      request_id: 'r1',
      operation: 'createCustomer',
      fields: ['email'],
    });
  });

  test('is refused as its operation refuses it', async () => {
    const refusal = new Refusal('ssn_dup');
    await expect(run(undefined, () => Promise.reject(refusal))).rejects.toBe(refusal);
    expect(counted.wakes).toBe(0);
  });

  test('is decided again after a conflict, and told of a record that was altered', async () => {
    let tries = 0;
    const conflicting: Handler = async (context) => {
      tries += 1;
      if (tries < 3) throw new ConflictError('another change');
      return effect(context, {} as never);
    };
    expect(await run(undefined, conflicting)).toEqual({ answer, replayed: false });
    expect([tries, counted.runs]).toEqual([3, 1]);
    const altered = () => Promise.reject(new VaultError('unreadable', 'x'));
    expect(await refused(run(undefined, altered))).toBe('record_altered');
  });
});

describe('a repeat', () => {
  test('has the first answer, and no second effect', async () => {
    expect(await run(repeatOf('x'))).toEqual({ answer, replayed: false });
    expect(await run(repeatOf('x'))).toEqual({ answer, replayed: true });
    expect(counted).toEqual({ wakes: 0, admitted: 1, reloads: 0, runs: 1 });
  });

  test('is known for 24 hours', async () => {
    await run(repeatOf('x'));
    expect(claims[0]?.claim).toMatchObject({ now, expiresAt: plusSeconds(now, 86_400), indexVersion: 1 });
    now = plusSeconds(now, 86_399);
    expect((await run(repeatOf('x'))).replayed).toBe(true);
    now = plusSeconds(now, 1);
    expect((await run(repeatOf('x'))).replayed).toBe(false);
  });

  test('of another request is refused', async () => {
    await run(repeatOf('x'));
    expect(await refused(run(repeatOf('y')))).toBe('idempotency_mismatch');
    expect(await refused(run(repeatOf('y', 'deletion')))).toBe('idempotency_mismatch');
    expect(counted.runs).toBe(1);
  });

  test('ends with the customer where the operation says so', async () => {
    await run(repeatOf('x'));
    const [kept] = claims as [Kept];
    kept.isDeleted = true;
    expect(await refused(run(repeatOf('x', 'deletion')))).toBe('customer_deleted');
    expect(await refused(run(repeatOf('y', 'deletion')))).toBe('idempotency_mismatch');
    expect((await run(repeatOf('x', 'erasure'))).replayed).toBe(true);
    expect((await run(repeatOf('x'))).replayed).toBe(true);
    kept.isErased = true;
    expect(await refused(run(repeatOf('x', 'deletion')))).toBe('customer_deleted');
    expect(await refused(run(repeatOf('x', 'erasure')))).toBe('customer_deleted');
    expect(await refused(run(repeatOf('x')))).toBe('idempotency_mismatch');
    expect(counted.runs).toBe(1);
  });

  test('is found under an older index key, and under a newer one that another process made', async () => {
    await run(repeatOf('x'));
    keys.push(vault.newKey(brandId, 'index', 2));
    expect((await run(repeatOf('x'))).replayed).toBe(true);
    expect(counted).toMatchObject({ reloads: 1, runs: 1 });
    expect((await run({ ...repeatOf('x'), key: 'L' })).replayed).toBe(false);
    expect(claims[1]?.claim.indexVersion).toBe(2);
    expect((await run({ ...repeatOf('x'), key: 'L' })).replayed).toBe(true);
  });

  test('opens only the answer of its own claim', async () => {
    await run(repeatOf('x'));
    await run({ ...repeatOf('x'), key: 'L' });
    const [one, other] = claims as [Kept, Kept];
    claims[0] = { ...one, claim: { ...one.claim, answer: other.claim.answer } };
    expect(await refused(run(repeatOf('x')))).toBe('record_altered');
    expect(one.claim.answer).not.toContain(Buffer.from(answer.body).toString('base64').slice(0, 8));
    expect([one.claim.key, one.claim.fingerprint].map(({ length }) => length)).toEqual([32, 32]);
    expect(one.claim.key.equals(one.claim.fingerprint)).toBe(false);
  });

  test('that loses the race is answered with the answer of the first', async () => {
    const losing: Handler = async (context) => {
      await effect(context, {} as never);
      throw new Refusal('ssn_dup');
    };
    expect(await run(repeatOf('x'), losing)).toEqual({ answer, replayed: true });
    expect(counted.runs).toBe(1);
  });

  test('that fails is refused as it is: without a first answer, and for a fault that is no refusal', async () => {
    const refusal = new Refusal('ssn_dup');
    await expect(run(repeatOf('x'), () => Promise.reject(refusal))).rejects.toBe(refusal);
    const fault = new Error('out of order');
    const failing: Handler = async (context) => {
      await effect(context, {} as never);
      throw fault;
    };
    await expect(run(repeatOf('x'), failing)).rejects.toBe(fault);
  });

  test('under an index key that never becomes known is told to wait', async () => {
    await run(repeatOf('x'));
    keys.push(vault.newKey(brandId, 'index', 2));
    const { keyrings } = system;
    system = { ...system, keyrings: { ...keyrings, reload: keyrings.of } };
    const error = (await run(repeatOf('x')).catch((thrown: unknown) => thrown)) as Refusal;
    expect([error.code, String(error.cause)]).toEqual([
      'unavailable',
      'OutdatedKeyringError: The key was used under a newer index key.',
    ]);
  });
});
