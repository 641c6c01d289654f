import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkCustomer } from '../../src/domain/customers/customer.ts';
import { identificationKinds } from '../../src/domain/customers/identification.ts';
import type { Instant } from '../../src/domain/time.ts';
import type { Validation } from '../../src/domain/validation.ts';
import { validations } from '../../src/domain/validation.ts';
import { createKey } from '../../src/operations/brands/api-keys.ts';
import { setValidation } from '../../src/operations/brands/settings.ts';
import type { LineProblems } from '../../src/operations/customers/importing/check.ts';
import { importCustomers } from '../../src/operations/customers/importing/import.ts';
import { verifyRecords } from '../../src/operations/records/verify-records.ts';
import { defaultProgram, verifiedCustomer } from '../contract-samples.ts';
import { newSsn, person } from '../people.ts';
import type { BrandClient, World } from '../world.ts';
import { openWorld, settled } from '../world.ts';

// People without a tax number of the United States (31 CFR 1020.220(a)(2)(i)(A)(4)(ii)).

const now = '2026-11-22T13:00:00.000000' as Instant;
const problemsOf = (identification: object, validation: Validation = 'wide-foreign') =>
  Object.keys(checkCustomer({ identification }, { now, sandbox: false, validation }).toObject());

const passport = { kind: 'passport', number: '533380006', country: 'GB' } as const;

describe('an identification', () => {
  test('is taken by wide-foreign alone', () => {
    for (const validation of validations)
      expect(problemsOf(passport, validation), validation).toEqual(
        validation === 'wide-foreign' ? [] : ['identification'],
      );
  });

  test.each([
    { number: 'L01X00T47', country: 'DE' },
    { number: 'ab 12-34', country: 'FR' },
    { number: '1234', country: 'IN' },
    { number: 'a'.repeat(40), country: 'JP' },
    { kind: 'alien_number', number: 'A123456789', country: 'US' },
    { kind: 'alien_number', number: '123-456-789', country: 'US' },
    { kind: 'alien_number', number: 'a1234567', country: 'US' },
    { kind: 'government_id', number: '1 2345 6789', country: 'MX' },
  ])('%j is one', (one) => {
    expect(problemsOf({ kind: 'passport', ...one })).toEqual([]);
  });

  test.each([
    [{ number: '123' }, 'number'],
    [{ number: 'a'.repeat(41) }, 'number'],
    [{ number: '12--34' }, 'number'],
    [{ number: ' 12345' }, 'number'],
    [{ number: '12345‐6' }, 'number'],
    [{ number: 'АВ123456' }, 'number'],
    [{ number: 'XXXX0006' }, 'number'],
    [{ number: 'xxxx' }, 'number'],
    [{ country: 'UK' }, 'country'],
    [{ country: 'gb' }, 'country'],
    [{ kind: 'alien_number', country: 'GB' }, 'country'],
    [{ kind: 'alien_number', country: 'US', number: '123456' }, 'number'],
    [{ kind: 'alien_number', country: 'US', number: 'B1234567' }, 'number'],
  ])('%j is none', (wrong, member) => {
    expect(problemsOf({ ...passport, ...wrong })).toEqual([`identification.${member}`]);
  });

  test('names every wrong member at once', () => {
    expect(problemsOf({ kind: 'passport', number: '!', country: '?' })).toEqual([
      'identification.number',
      'identification.country',
    ]);
  });
});

describe('a brand with wide-foreign', () => {
  let world: World;
  let brand: BrandClient;
  beforeAll(async () => {
    world = await openWorld();
    brand = await foreign();
  });
  afterAll(() => world.close());

  async function foreign(): Promise<BrandClient> {
    const made = await world.brand();
    await setValidation(world.system, made.brandId, 'wide-foreign');
    return made;
  }

  let numbers = 533_380_000;
  function newPassport() {
    numbers += 1;
    return { ...passport, number: String(numbers) };
  }
  const without = (identification: object) => ({ ...person({ identification }), ssn: undefined });
  const create = async (identification: object, of = brand) => {
    const made = await of.call('POST', '/customers', { body: without(identification) });
    expect(made.status, made.text).toBe(201);
    return made.json;
  };

  test.each(identificationKinds)('keeps a %s sealed, masked and unique', async (kind) => {
    const own = await foreign();
    const country = kind === 'alien_number' ? 'US' : 'GB';
    const made = await create({ kind, number: '533-380 006', country }, own);
    expect(made.ssn).toBeUndefined();
    expect(made.identification).toEqual({ kind, number: 'XXXX0006', country });
    expect((await own.call('GET', `/customers/${made.customer_id}`)).json.identification).toEqual(
      made.identification,
    );
    const again = await own.call('POST', '/customers', {
      body: without({ kind, number: '533380006', country }),
    });
    expect([again.status, again.json.Code]).toEqual([409, 'ssn_dup']);
    expect(again.json.Message).toBe('Another customer of this brand already has this identification.');
    for (const other of identificationKinds)
      if (other !== kind) await create({ kind: other, number: '533380006', country: 'US' }, own);
    const [row] = await world.sql('select * from customers where customer_id = $1', [made.customer_id]);
    expect(JSON.stringify(row)).not.toContain('533380006');
  });

  test('shows nothing of a short number', async () => {
    expect((await create({ ...passport, number: 'AB1234' })).identification.number).toBe('XXXX');
  });

  test('finds it however it is typed, with the scope for SSNs alone', async () => {
    const { customer_id } = await create({ ...passport, number: 'AB 98-7654' });
    const search = (of: BrandClient, number: string) =>
      of.call('POST', '/customers/search', { body: { identification: { ...passport, number } } });
    for (const number of ['AB987654', 'ab 98 7654', 'ab-98-7654'])
      expect((await search(brand, number)).json[0].customer_id).toBe(customer_id);
    expect((await search(brand, 'AB987653')).json).toEqual([]);
    const weak = brand.as(await createKey(world.system, brand.brandId, { scopes: ['customers:read'] }));
    expect((await search(weak, 'AB987654')).status).toBe(403);
    const other = await search(await foreign(), 'AB987654');
    expect(other.json).toEqual([]);
  });

  test('shows it for a reason, with an entry', async () => {
    const sent = newPassport();
    const { customer_id: id } = await create(sent);
    const shown = await brand.call('POST', `/customers/${id}/ssn`, { body: { reason: 'Asked by phone.' } });
    expect(shown.json).toEqual({ customer_id: id, identification: sent });
    await settled(world);
    const { json } = await brand.call('GET', `/customers/${id}/audit`);
    expect(json.data.map((one: { operation: string }) => one.operation)).toContain('revealSsn');
    expect(JSON.stringify(json)).not.toContain(sent.number);
  });

  test('takes one number for another, keeps the earlier one, and agrees with the trail', async () => {
    const own = await foreign();
    const first = newPassport();
    const { customer_id: id, ...made } = await create(first, own);
    const path = `/customers/${id}`;
    const patch = async (body: object) => (await own.call('PATCH', path, { body })).json;
    expect((await patch({ identification: made.identification })).date_updated).toBe(
      `${(await own.call('GET', path)).json.date_updated}+00:00`,
    );
    const ssn = newSsn();
    const changed = await patch({ ssn });
    expect(changed.ssn).toBe(`XXX-XX-${ssn.slice(-4)}`);
    expect(changed.identification).toBeUndefined();
    const { data } = (await own.call('GET', `${path}/history`)).json;
    expect(data[0]).toMatchObject({
      fields: ['ssn', 'identification'],
      earlier: { ssn: null, identification: made.identification },
    });
    const earlier = await own.call('POST', `${path}/ssn`, {
      body: { reason: 'Compared.', history_id: data[0].history_id },
    });
    expect(earlier.json).toEqual({ customer_id: id, identification: first });
    await settled(world);
    expect((await verifyRecords(world.system, own.brandId, () => undefined)).differences).toEqual([]);
    // The number is free again, and the SSN is gone with the next change.
    await create(first, own);
    const back = await patch({ identification: newPassport() });
    expect([back.ssn, back.identification.number.slice(0, 4)]).toEqual([undefined, 'XXXX']);
    await settled(world);
    expect((await verifyRecords(world.system, own.brandId, () => undefined)).differences).toEqual([]);
  });

  test.each(['POST', 'PATCH', 'search'])('refuses both numbers at once (%s)', async (way) => {
    const { customer_id: id } = await create(newPassport());
    const both = { ssn: newSsn(), identification: newPassport() };
    const refused =
      way === 'POST'
        ? await brand.call('POST', '/customers', { body: person(both) })
        : way === 'PATCH'
          ? await brand.call('PATCH', `/customers/${id}`, { body: both })
          : await brand.call('POST', '/customers/search', { body: both });
    expect(refused.json.Message).toEqual({ identification: ['Send ssn or identification, not both.'] });
  });

  test('locks it with a pass, and takes another by a second person', async () => {
    const id = await verifiedCustomer(brand, { identification: newPassport(), ssn: undefined });
    const path = `/customers/${id}`;
    const { identification } = (await brand.call('GET', path)).json;
    const next = newPassport();
    const refused = await brand.call('PATCH', path, { body: { identification: next } });
    expect([refused.status, refused.json.Code]).toEqual([403, 'kyc_customer']);
    expect((await brand.call('PATCH', path, { body: { identification } })).status).toBe(200);
    const body = { changes: { identification: next }, reason: 'A new passport.' };
    const proposed = await (await brand.colleague()).call('POST', `${path}/change-requests`, { body });
    const request = `/change-requests/${proposed.json.change_request_id}`;
    const shown = { ...next, number: `XXXX${next.number.slice(-4)}` };
    expect((await brand.call('GET', request)).json.changes).toEqual({ identification: shown });
    await brand.call('POST', `${request}/decision`, { body: { decision: 'approve' } });
    const after = (await brand.call('GET', path)).json;
    // A new number ends the pass.
    expect([after.identification, after.kyc_status]).toEqual([shown, expect.not.stringMatching('passed')]);
  });

  test('is verified with it', async () => {
    const sent = newPassport();
    const { customer_id: id } = await create(sent);
    const path = `/customers/${id}/verification-kyc`;
    const programId = await defaultProgram(brand);
    const differs = await brand.call('POST', path, { body: { program_id: programId, ssn: newSsn() } });
    expect(differs.json.Message).toEqual({
      ssn: ['Differs from the stored value: update the customer first.'],
    });
    expect((await brand.call('POST', path, { body: { program_id: programId } })).status).toBe(201);
    await expect
      .poll(async () => (await brand.call('GET', `/customers/${id}`)).json.kyc_status, { timeout: 60_000 })
      .toBe('passed');
    const [run] = (await brand.call('GET', `/customers/${id}/verifications`)).json.data;
    const kept = await brand.call(
      'GET',
      `/customers/${id}/verifications/${run.run_id ?? run.verification_id}`,
    );
    expect(kept.text).not.toContain(sent.number);
  });

  test('imports it, and names the line of a number that is there twice', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'clientele-test-'));
    const path = join(folder, 'people.ndjson');
    const own = await foreign();
    const [one, two] = [newPassport(), newPassport()];
    const run = async (...people: readonly object[]) => {
      writeFileSync(path, people.map((each) => `${JSON.stringify(without(each))}\n`).join(''));
      const found: LineProblems[] = [];
      const problem = (each: LineProblems) => found.push(each);
      const options = { path, skipBad: false, problem, progress: () => undefined };
      const { imported } = await importCustomers(world.system, own.brandId, options);
      return [imported, found];
    };
    expect(await run(one, two, { ...one, number: one.number.replace(/^533/, '533 ') })).toEqual([
      0,
      [{ line: 3, problems: { identification: ['The same as on line 1.'] } }],
    ]);
    expect(await run(one, two)).toEqual([2, []]);
    expect(await run({ ...one, number: one.number.replace(/^533/, '533-') })).toEqual([
      0,
      [
        {
          line: 1,
          problems: { identification: ['Another customer of this brand already has this identification.'] },
        },
      ],
    ]);
    rmSync(folder, { recursive: true });
  });

  test('goes back to bond with its customers as they are', async () => {
    const own = await foreign();
    const { customer_id: id, identification } = await create(newPassport(), own);
    await setValidation(world.system, own.brandId, 'bond');
    const path = `/customers/${id}`;
    const refuse = () => own.call('POST', '/customers', { body: without(newPassport()) });
    await expect.poll(async () => (await refuse()).json.Message).toHaveProperty('identification');
    const patched = await own.call('PATCH', path, { body: { identification, email: 'other@example.com' } });
    expect([patched.status, patched.json.identification]).toEqual([200, identification]);
    const refused = await own.call('PATCH', path, { body: { identification: newPassport() } });
    expect(Object.keys(refused.json.Message)).toEqual(['identification']);
    expect((await own.call('PATCH', path, { body: { ssn: newSsn() } })).status).toBe(200);
  });

  test('spends the budgets of SSNs on it', async () => {
    const strict = await openWorld({ env: { CLIENTELE_SSN_MISSES: '3' } });
    const own = await strict.brand();
    await setValidation(strict.system, own.brandId, 'wide-foreign');
    const taken = without(newPassport());
    const codes: string[] = [];
    for (let tries = 0; tries < 5; tries += 1)
      codes.push((await own.call('POST', '/customers', { body: taken })).json.Code ?? 'made');
    expect(codes).toEqual(['made', 'ssn_dup', 'ssn_dup', 'ssn_dup', 'lookup_budget']);
    await strict.close();
  });
});
