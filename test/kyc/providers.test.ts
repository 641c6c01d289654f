import { afterEach, describe, expect, test } from 'vitest';
import type { Instant } from '../../src/domain/time.ts';
import { instantOfMillis, plusSeconds } from '../../src/domain/time.ts';
import type { KycFinding, KycProvider } from '../../src/providers/kyc.ts';
import { httpKycLimits, openHttpKyc } from '../../src/providers/kyc-http.ts';
import { openManualKyc } from '../../src/providers/kyc-manual.ts';
import { openSandboxKyc } from '../../src/providers/kyc-sandbox.ts';
import { openOutbound } from '../../src/providers/outbound.ts';
import { makeSecret } from '../../src/providers/signature.ts';
import { applicant, documentOf, newRun } from '../fakes/kyc-people.ts';
import type { ProviderUnderTest } from '../fakes/kyc-suite.ts';
import { providerRequirements } from '../fakes/kyc-suite.ts';
import type { FakeVendorOptions } from '../fakes/kyc-vendor.ts';
import { endingOf, openFakeVendor } from '../fakes/kyc-vendor.ts';

const approved: KycFinding = { state: 'approved' };
const atHome = { begun: () => 1, close: async () => undefined };

async function sandbox(): Promise<ProviderUnderTest> {
  let time = '2026-03-01T12:00:00.250000' as Instant;
  const now = () => time;
  const settle = () => {
    time = plusSeconds(time, 1);
  };
  const provider = openSandboxKyc({ now, delaySeconds: 1 });
  return { provider, now, settle, endingOf, afterDocuments: approved, ...atHome };
}

async function manual(): Promise<ProviderUnderTest> {
  const review: KycFinding = { state: 'review' };
  const now = () => '2026-03-01T12:00:00.250000' as Instant;
  return {
    provider: openManualKyc(),
    now,
    settle: () => undefined,
    endingOf: () => review,
    afterDocuments: review,
    ...atHome,
  };
}

async function http(options: Omit<FakeVendorOptions, 'secret'>): Promise<ProviderUnderTest> {
  const secret = makeSecret();
  const vendor = await openFakeVendor({ ...options, secret });
  // Generous where time is not what is tested: the machine may be loaded.
  const timeoutMs = 20_000;
  const outbound = openOutbound({ ...httpKycLimits, allow: ['127.0.0.1/32'] });
  const now = () => instantOfMillis(Date.now());
  return {
    ...vendor,
    provider: openHttpKyc({ outbound, url: vendor.url, secret, now, timeoutMs }),
    now,
    endingOf,
    afterDocuments: approved,
    async close() {
      await outbound.close();
      await vendor.close();
    },
  };
}

const subjects: Readonly<Record<string, () => Promise<ProviderUnderTest>>> = {
  'the sandbox': sandbox,
  'review by hand': manual,
  'a decision service whose vendor answers at once': () => http({ kind: 'synchronous' }),
  'a decision service whose vendor has a page of its own': () => http({ kind: 'hosted' }),
};

const opened: ProviderUnderTest[] = [];
afterEach(async () => {
  for (const subject of opened.splice(0)) await subject.close();
});

async function open(make: () => Promise<ProviderUnderTest>): Promise<ProviderUnderTest> {
  const subject = await make();
  opened.push(subject);
  return subject;
}

describe.each(Object.entries(subjects))('%s', (_, make) => {
  test.each(Object.entries(providerRequirements))('%s', async (_, hold) => {
    await hold(await open(make));
  });
});

describe('each guarantee has a counterexample', () => {
  const sound = () => http({ kind: 'hosted' });

  const spoiled = async (spoil: (sound: KycProvider) => Partial<KycProvider>, make = sound) => {
    const subject = await make();
    return { ...subject, provider: { ...subject.provider, ...spoil(subject.provider) } };
  };

  /** Believes what a callback says of the verification. */
  const believing = (sound: KycProvider): Partial<KycProvider> => {
    let said: KycFinding | undefined;
    return {
      readCallback(callback) {
        said = JSON.parse(callback.body);
        return sound.readCallback(callback);
      },
      fetch: async (run) => (said ? { kind: 'finding', finding: said } : sound.fetch(run)),
    };
  };

  const faults: Readonly<Record<keyof typeof providerRequirements, () => Promise<ProviderUnderTest>>> = {
    'answers a start with a name for the verification that tells nothing about the person': () =>
      spoiled(() => ({
        start: async (_, { ssn }) => ({ kind: 'finding', finding: approved, reference: `person-${ssn}` }),
      })),
    'begins once, however often a start is repeated': () => http({ kind: 'hosted', forgetful: true }),
    'comes to the end that the number stands for, and says the same when asked again': () =>
      spoiled(() => ({ fetch: async () => ({ kind: 'finding', finding: approved }) })),
    'goes on when the wanted documents are there, however often they are handed over': () =>
      spoiled(({ fetch }) => ({ submitDocuments: fetch }), sandbox),
    'cancels without an error, twice, and what it has never heard of': () =>
      spoiled(() => ({ cancel: () => Promise.reject(new Error('It cannot be cancelled.')) })),
    'reads no callback that nobody has signed': () =>
      spoiled(() => ({ readCallback: ({ body }) => ({ runId: JSON.parse(body).run_id }) })),
    'takes from a callback which run to ask about, and how it stands from nowhere but the answer': () =>
      spoiled(believing),
  };

  test.each(Object.entries(providerRequirements))('%s', async (name, hold) => {
    const fault = faults[name];
    if (!fault) throw new Error('No fault is planted for it.');
    await expect(hold(await open(fault))).rejects.toThrow();
    await hold(await open(sound));
  });
});

describe('the sandbox', () => {
  test('shows a verification as running for its delay, and then permanently with its outcome', async () => {
    const startedAt = '2026-03-01T12:00:00.250000' as Instant;
    let time = startedAt;
    const provider = openSandboxKyc({ now: () => time, delaySeconds: 1 });
    const stateAt = async (at: string) => {
      time = at as Instant;
      const answer = await provider.start({ ...newRun(startedAt) }, applicant('999990000'));
      return answer.kind === 'finding' && answer.finding.state;
    };
    expect(await stateAt('2026-03-01T12:00:00.250000')).toBe('pending');
    expect(await stateAt('2026-03-01T12:00:01.249999')).toBe('pending');
    expect(await stateAt('2026-03-01T12:00:01.250000')).toBe('declined');
    expect(await stateAt('2027-03-01T12:00:01.250000')).toBe('declined');
  });

  test('waits only for the documents that are still missing', async () => {
    const { provider, now, settle } = await sandbox();
    const run = newRun(now());
    await provider.start(run, applicant('444444444'));
    settle();
    const wanting = await provider.start(run, applicant('444444444'));
    if (wanting.kind !== 'finding') throw new Error('It was silent.');
    const { reference } = wanting;
    expect(
      await provider.submitDocuments({ ...run, reference }, [documentOf('proof_of_address')]),
    ).toMatchObject({
      finding: { state: 'needs_document', documents: ['government_id', 'social_security_card'] },
    });
  });

  test("ends a verification with an error when its reference is not the sandbox's own", async () => {
    const { provider, now } = await sandbox();
    for (const reference of [undefined, '', 'manual', 'ver_1', '2026-03-01T12:00:00.250000/toString']) {
      const answer = await provider.fetch({ ...newRun(now()), reference });
      expect(answer).toMatchObject({ kind: 'finding', finding: { state: 'error' } });
    }
  });
});
