import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { documentsExample } from '../../../src/contract/kyc/examples.ts';
import { keyScopes } from '../../../src/domain/scopes.ts';
import { createKey } from '../../../src/operations/brands/api-keys.ts';
import { createProgram } from '../../../src/operations/kyc/programs.ts';
import { newCustomer, restrictedPath, verifiedCustomer } from '../../contract-samples.ts';
import { newSsn } from '../../people.ts';
import { rewrite } from '../../rewrite.ts';
import type { BrandClient, Called, World } from '../../world.ts';
import { openWorld, settled } from '../../world.ts';

// One person with every scope asks for something and grants it alone: with one key, or with two keys of the same owner.
// The planted fault is a second key that the operator has given to nobody: then the service cannot know that it is the
// same person, and the attack works.

let world: World;
let brand: BrandClient;
/** The attacker's two keys, and a key of another person. */
let one: BrandClient;
let two: BrandClient;
let honest: BrandClient;
/** A key of the attacker that names no owner: the planted fault. */
let unowned: BrandClient;

beforeAll(async () => {
  world = await openWorld();
  brand = await world.brand();
  const keyOf = async (owner?: string) =>
    brand.as(await createKey(world.system, brand.brandId, { scopes: keyScopes, owner }));
  one = await keyOf('mallory@example.com');
  two = await keyOf('Mallory@Example.com ');
  honest = await keyOf('alice@example.com');
  unowned = await keyOf();
});
afterAll(() => world.close());

/** Something that one person asks for, and how it is granted. Each call asks again. */
type Case = (asks: BrandClient) => Promise<(grants: BrandClient) => Promise<Called>>;

const body = { reason: 'Case 24-117.' };

/** A verification that waits for a reviewer. */
async function underReview(asks: BrandClient): Promise<{ readonly run: string; readonly customer: string }> {
  const { customer_id: customer } = (await newCustomer(asks)).json;
  const manual = await createProgram(world.system, brand.brandId, `people ${customer.slice(0, 8)}`, {
    provider: 'manual',
  });
  const path = `/customers/${customer}/verification-kyc`;
  await asks.call('POST', path, { body: { program_id: manual.programId } });
  for (;;) {
    const [row] = await world.sql(
      "select run_id from kyc_runs where customer_id = $1 and status = 'under_review'",
      [customer],
    );
    if (row) return { run: String(row['run_id']), customer };
    await sleep(20);
  }
}

const verdict = (run: string, decision: string) => (grants: BrandClient) =>
  grants.call('POST', `/kyc/reviews/${run}/decision`, { body: { decision } });

const cases: Readonly<Record<string, Case>> = {
  'a change of a locked name and SSN': async (asks) => {
    const path = `/customers/${await verifiedCustomer(asks)}/change-requests`;
    const changes = { last_name: 'Moneypenny', ssn: newSsn() };
    const { change_request_id: id } = (await asks.call('POST', path, { body: { ...body, changes } })).json;
    return (grants) =>
      grants.call('POST', `/change-requests/${id}/decision`, { body: { decision: 'approve' } });
  },
  'the approval of a verification that it started': async (asks) =>
    verdict((await underReview(asks)).run, 'approve'),
  'the refusal of a verification that it started': async (asks) =>
    verdict((await underReview(asks)).run, 'decline'),
  'the approval of documents that it submitted': async (asks) => {
    const { run, customer } = await underReview(honest);
    const ask = { decision: 'request_documents', documents: ['government_id'] };
    await asks.call('POST', `/kyc/reviews/${run}/decision`, { body: ask });
    const { government_id } = documentsExample as { readonly government_id: object };
    const path = `/customers/${customer}/verification-kyc/documents`;
    await asks.call('POST', path, { body: { government_id } });
    for (;;) {
      const review = await asks.call('GET', `/kyc/reviews/${run}`);
      if (review.json.kyc_status === 'under_review' && review.json.files.length > 0) break;
      await sleep(20);
    }
    // The honest person has started it, so a third one decides.
    return (grants) => verdict(run, 'approve')(grants === honest ? brand : grants);
  },
  'the end of a legal hold': async (asks) => {
    const path = `/customers/${(await newCustomer(asks)).json.customer_id}/legal-holds`;
    const { hold_id } = (await asks.call('POST', path, { body })).json;
    return (grants) => grants.call('POST', `${path}/${hold_id}/release`, { body });
  },
  'an early erasure': async (asks) => {
    const path = `${await restrictedPath(asks)}/erasure-requests`;
    const { erasure_id } = (await asks.call('POST', path, { body })).json;
    return (grants) => grants.call('POST', `${path}/${erasure_id}/approval`);
  },
};

const refused = { Status: 403, Code: 'second_approver' };

describe.each(Object.entries(cases))('%s', (_, ask) => {
  test('is granted by another person, not by the one who asked, with one key or two', async () => {
    const grant = await ask(one);
    expect((await grant(one)).json).toMatchObject(refused);
    expect((await grant(two)).json).toMatchObject(refused);
    expect((await grant(honest)).status).toBe(200);
  });

  test('would be granted by the same person with a key of no owner', async () => {
    const grant = await ask(one);
    expect((await grant(unowned)).status).toBe(200);
  });
});

test('keys without owners are told apart by their Identity', async () => {
  const grant = await cases['the end of a legal hold']?.(unowned);
  expect((await grant?.(unowned))?.json).toMatchObject(refused);
  expect((await grant?.(brand))?.status).toBe(200);
});

test('a refused approval is a security event with the key', async () => {
  const grant = await cases['the end of a legal hold']?.(one);
  await grant?.(two);
  const events = world.log
    .map((line) => JSON.parse(line))
    .filter((line) => line.security_event === 'approval_refused');
  expect(events.at(-1)).toMatchObject({ key: two.key.identity, operation: 'releaseLegalHold' });
});

describe('with write access to the tables', () => {
  test.each([
    ['the owner of the key that asked', 'update api_keys set owner = null where identity = $1'],
    [
      'the row of the key that asked, to another owner',
      "update api_keys set owner = 'x@example.com' where identity = $1",
    ],
  ])('changing %s breaks the proof of the key', async (_, sql) => {
    const key = await createKey(world.system, brand.brandId, {
      scopes: keyScopes,
      owner: 'mallory@example.com',
    });
    const grant = await cases['the end of a legal hold']?.(brand.as(key));
    await world.sql(sql, [key.identity]);
    expect((await grant?.(one))?.json).toMatchObject({ Status: 503, Code: 'record_altered' });
    await world.sql('delete from api_keys where identity = $1', [key.identity]);
  });

  test('taking away who started a verification breaks its proof; the service itself could', async () => {
    const { run } = await underReview(one);
    const forget = 'update kyc_runs set started_by = null where run_id = $1';
    await world.sql('alter table kyc_runs disable trigger user');
    await world.sql(forget, [run]);
    expect((await verdict(run, 'approve')(one)).json).toMatchObject({ Status: 503, Code: 'record_altered' });
    await world.sql('update kyc_runs set started_by = $2 where run_id = $1', [run, one.key.identity]);
    await rewrite(brand, forget, [run]);
    await world.sql('alter table kyc_runs enable trigger user');
    expect((await verdict(run, 'approve')(one)).status).toBe(200);
  });
});

describe('a new SSN or date of birth', () => {
  const approve = async (customer: string, changes: object, more: object = {}) => {
    const path = `/customers/${customer}/change-requests`;
    const { change_request_id: id } = (await one.call('POST', path, { body: { ...body, changes } })).json;
    const decision = { decision: 'approve', ...more };
    const decided = await honest.call('POST', `/change-requests/${id}/decision`, { body: decision });
    expect(decided.status).toBe(200);
    return id as string;
  };
  const passed = async () => {
    const { customer_id } = (await newCustomer(brand)).json;
    const [program] = (await brand.call('GET', '/programs')).json;
    const simulated = { customer_id, program_id: program.program_id };
    expect((await brand.call('POST', '/simulate/kyc-pass', { body: simulated })).status).toBe(200);
    return { customer: customer_id as string, program: program.program_id as string, simulated };
  };
  const entryOf = async (id: string) => {
    await settled(world);
    const [row] = await world.sql(
      `select body from audit where body like '%"decideChangeRequest"%' and body like $1`,
      [`%${id}%`],
    );
    return JSON.parse(String(row?.['body']));
  };

  test.each([
    ['ssn', () => ({ ssn: newSsn() })],
    ['dob', () => ({ dob: '1990-01-31' })],
  ])(
    'of a passed customer (%s) ends the pass, and the customer can be verified again',
    async (name, make) => {
      const { customer, program, simulated } = await passed();
      const id = await approve(customer, make());
      expect((await brand.call('GET', `/customers/${customer}`)).json.kyc_status).toBe('expired');
      const kyc = `/customers/${customer}/verification-kyc`;
      expect((await brand.call('GET', `${kyc}?program_id=${program}`)).json.kyc_status).toBe('expired');
      const entry = await entryOf(id);
      expect(entry).toMatchObject({ pass: 'ended', decision: 'approve' });
      expect(entry.fields).toEqual(expect.arrayContaining([name, 'kyc_status']));
      const [event] = await world.sql(
        'select payload from events where customer_id = $1 order by number desc limit 1',
        [customer],
      );
      expect(JSON.parse(String(event?.['payload'])).fields).toContain('kyc_status');
      expect((await brand.call('POST', '/simulate/kyc-pass', { body: simulated })).status).toBe(200);
      expect((await brand.call('GET', `/customers/${customer}`)).json.kyc_status).toBe('passed');
      expect((await brand.call('GET', `${kyc}?program_id=${program}`)).json.kyc_status).toBe('passed');
      const again = await brand.call('POST', kyc, { body: { program_id: program } });
      expect(again.json.Code).toBe('kyc_reinit_fail');
    },
  );

  test('leaves an attempt to start with where none was left', async () => {
    const { customer, program } = await passed();
    await rewrite(brand, 'update customers set kyc_requests_available = 0 where customer_id = $1', [
      customer,
    ]);
    await approve(customer, { dob: '1990-01-31' });
    const started = await brand.call('POST', `/customers/${customer}/verification-kyc`, {
      body: { program_id: program },
    });
    expect(started.status).toBe(201);
  });

  test('keeps the pass where the approver says how it was verified, and what was said is sealed', async () => {
    const { customer } = await passed();
    const said = 'Passport seen at the branch in Zanzibarbara.';
    const id = await approve(customer, { dob: '1990-01-31' }, { verified_elsewhere: said });
    const shown = (await brand.call('GET', `/customers/${customer}`)).json;
    expect(shown).toMatchObject({ kyc_status: 'passed', dob: '1990-01-31' });
    expect((await honest.call('GET', `/change-requests/${id}`)).json.verified_elsewhere).toBe(said);
    const entry = await entryOf(id);
    expect(entry.pass).toBe('kept');
    const rows = await world.sql('select row_to_json(r)::text as row from change_requests r');
    expect(JSON.stringify([rows, entry])).not.toContain('Zanzibarbara');
  });

  test('says how it was verified only in an approval', async () => {
    const { customer } = await passed();
    const path = `/customers/${customer}/change-requests`;
    const made = await one.call('POST', path, { body: { ...body, changes: { dob: '1990-01-31' } } });
    const decision = { decision: 'decline', verified_elsewhere: 'At the branch.' };
    const declined = await one.call('POST', `/change-requests/${made.json.change_request_id}/decision`, {
      body: decision,
    });
    expect(declined.json.Message).toEqual({ verified_elsewhere: ['Only an approval takes it.'] });
  });

  test('does not shorten how long the record is kept', async () => {
    const { customer } = await passed();
    await approve(customer, { ssn: newSsn() });
    await brand.call('DELETE', `/customers/${customer}`);
    const kept = (await brand.call('GET', `/restricted-customers/${customer}`)).json;
    expect(kept.kept_as).toBe('identified');
  });
});
