import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Instant } from '../../../../src/domain/time.ts';
import { plusSeconds } from '../../../../src/domain/time.ts';
import { WaitingTrail } from '../../../../src/operations/audit/foreign.ts';
import { recordOperatorAction } from '../../../../src/operations/audit/operator.ts';
import { sequence } from '../../../../src/operations/audit/sequence.ts';
import { examineDelay, examineTrails } from '../../../../src/operations/installation/doctor-trail.ts';
import { measureQueues } from '../../../../src/operations/queues.ts';
import type { SecurityLog } from '../../../../src/operations/security-log.ts';
import { openSecurityLog, patience } from '../../../../src/operations/security-log.ts';
import { trailAlarm } from '../../../../src/worker/sequencer.ts';
import { signedTrail } from '../../../audit/trail.ts';
import type { BrandClient, World } from '../../../world.ts';
import { openWorld } from '../../../world.ts';

// A person who can write every table stores a proof under a version of the root key that nobody has, so that the trail of
// a brand waits for it: what waits is not signed, and can be removed. That must not happen quietly.

let world: World;
let brand: BrandClient;
beforeAll(async () => {
  world = await openWorld({ apiOnly: true });
});
afterAll(() => world.close());
beforeEach(async () => {
  brand = await world.brand();
  expect(await signedTrail(world.system, brand.brandId)).toEqual([]);
});

const mac = (version: number) => `${version}.${'A'.repeat(43)}=`;
const plantRow = (version: number) =>
  world.sql('insert into journal (brand_id, body, mac) values ($1, $2, $3)', [
    brand.brandId,
    '{}',
    mac(version),
  ]);
const plantEnd = (version: number) =>
  world.sql('update journal_heads set mac = $2 where brand_id = $1', [brand.brandId, mac(version)]);
const removeRow = () => world.sql(`delete from journal where brand_id = $1 and body = '{}'`, [brand.brandId]);

const altered = (security: SecurityLog) => security.usage().events.get('record_altered') ?? 0;
/** A security log of its own, which no other work writes to. */
const securityLog = (now: () => Instant = world.system.now) =>
  openSecurityLog({ write: () => undefined, targets: [], now, newId: world.system.newId });
/** What the sequencer's task does with what it finds in this brand. */
async function round(alarm: (error: unknown) => void): Promise<readonly string[]> {
  const told: string[] = [];
  await sequence(world.system, { entries: 1, notAfter: world.system.now() }, (error) => {
    if (!String(error).includes(brand.brandId)) return;
    told.push(String(error));
    alarm(error);
  });
  return told;
}
const log = { failed: () => undefined, roundFailed: () => undefined, roundEnded: () => undefined };

test.each([
  ['a row of the outbox', plantRow],
  ['an end', plantEnd],
])('%s that names a version which is not in use raises the alarm at once', async (_, plant) => {
  await plant(77);
  await recordOperatorAction(world.system, brand.brandId, 'keys list');
  const security = securityLog();
  expect(await round(trailAlarm({ security }, log))).toEqual(
    expect.arrayContaining([
      expect.stringMatching(
        /^UnknownVersionTrail: .* version 77 of the root key, and the installation has no such version in use/,
      ),
    ]),
  );
  expect(altered(security)).toBe(1);
  // The planted fault: a fault that may only mean that this machine lacks the version.
  const patient = securityLog();
  trailAlarm({ security: patient }, log)(new WaitingTrail(brand.brandId, 'the row 1 of journal', 77));
  expect(altered(patient)).toBe(0);
  const examined = await examineTrails(world.config, world.system.db, world.system.vault);
  expect(examined.map(({ explanation }) => explanation).join()).toContain(
    `The audit trail of brand ${brand.brandId} is stopped`,
  );
  await removeRow();
});

// The next version is on some machines before it is in use (docs/rotation.md).
test.each([
  ['in use', 78, 'insert into root_versions (version, since) values (78, now())'],
  ['the next one', 2, undefined],
])(
  'a version that is %s and not on this machine raises the alarm after ten minutes',
  async (_, version, put) => {
    if (put) await world.sql(put);
    try {
      await plantRow(version);
      let at = world.system.now();
      const security = securityLog(() => at);
      const raise = trailAlarm({ security }, log);
      for (let waited = 0; waited < patience; waited += 60) {
        expect(await round(raise)).toEqual([expect.stringMatching(/^WaitingTrail: /)]);
        expect(altered(security)).toBe(0);
        at = plusSeconds(at, 60);
      }
      await round(raise);
      expect(altered(security)).toBe(1);
      // A trail that went on in between begins to wait again.
      const later = securityLog(() => at);
      const again = trailAlarm({ security: later }, log);
      again(new WaitingTrail(brand.brandId, 'the row 1 of journal', 78));
      at = plusSeconds(at, patience);
      again(new WaitingTrail(brand.brandId, 'the row 1 of journal', 78));
      expect(altered(later)).toBe(0);
    } finally {
      await removeRow();
      await world.sql('delete from root_versions where version = 78');
    }
  },
);

test.each([
  ['the next one: the request may be repeated, and no alarm is raised', 2, 'unavailable', 0],
  ['not in use: the request is refused, with an alarm', 77, 'record_altered', 1],
])("a brand's keys under a version that is %s", async (_, version, code, raised) => {
  await world.sql('update brand_keys set root_version = $2 where brand_id = $1', [brand.brandId, version]);
  await world.system.keyrings.reload(brand.brandId).catch(() => undefined);
  const before = altered(world.system.security);
  const refused = await brand.call('GET', '/customers/00000000-0000-4000-8000-000000000000');
  expect(refused.json).toMatchObject({ Status: 503, Code: code });
  expect(altered(world.system.security) - before).toBe(raised);
  await world.sql('update brand_keys set root_version = 1 where brand_id = $1', [brand.brandId]);
});

test('no version can have a time that cannot be read', async () => {
  const insert = 'insert into root_versions (version, since, retired_at) values (78, $1, $2)';
  for (const times of [
    ['infinity', null],
    ['now', '-infinity'],
    ['now', '20000-01-01'],
  ])
    await expect(world.sql(insert, times), times.join()).rejects.toThrow('root_versions_readable');
});

test('changes that are not signed for ten minutes are named by the doctor, with their age, and measured', async () => {
  await recordOperatorAction(world.system, brand.brandId, 'keys list');
  const { now } = world.system;
  const examined = (minutes: number) =>
    examineDelay({ now: () => plusSeconds(now(), minutes * 60) }, world.system.db);
  const ofBrand = async (minutes: number) =>
    (await examined(minutes)).filter(({ explanation }) => explanation.includes(brand.brandId));
  expect(await ofBrand(5)).toEqual([]);
  const late = [
    {
      check: 'audit signing',
      state: 'yellow',
      explanation: expect.stringMatching(/ has had changes without a signed checkpoint for 75 minutes\.$/),
    },
  ];
  expect(await ofBrand(75)).toMatchObject(late);
  // Numbered, and not signed yet.
  await sequence(world.system, { entries: 1_000, notAfter: plusSeconds(now(), -60) });
  expect(await world.sql('select 1 from journal where brand_id = $1', [brand.brandId])).toEqual([]);
  expect(await ofBrand(75)).toMatchObject(late);
  const measured = await measureQueues({ db: world.system.db, now: () => plusSeconds(now(), 4_500) });
  const trails = measured.find(({ queue }) => queue === 'trails_unsigned');
  expect(trails?.depth).toBeGreaterThan(0);
  expect(trails?.oldestSeconds).toBeGreaterThanOrEqual(4_500);
  // The planted fault: the age by the time that the end says of itself, which no proof covers.
  await world.sql(
    'update journal_heads set checkpoint_number = audit_number, checkpoint_at = now() where brand_id = $1',
    [brand.brandId],
  );
  expect(await ofBrand(75)).toMatchObject(late);
});
