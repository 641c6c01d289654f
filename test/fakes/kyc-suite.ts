import { expect } from 'vitest';
import type { DocumentType } from '../../src/domain/document-types.ts';
import { documentTypes } from '../../src/domain/document-types.ts';
import type { Instant } from '../../src/domain/time.ts';
import { kycTriggers } from '../../src/domain/trigger-numbers.ts';
import type { KycCallback, KycFinding, KycProvider, KycRun } from '../../src/providers/kyc.ts';
import { applicant, documentOf, newRun } from './kyc-people.ts';

/** A provider with everything that stands behind it. */
export interface ProviderUnderTest {
  readonly provider: KycProvider;
  now(): Instant;
  /** How a verification of this number stands when everybody has done what can be done without documents. */
  endingOf(ssn: string): KycFinding;
  /** How it stands when the wanted documents have been looked at, too. */
  readonly afterDocuments: KycFinding;
  /** Lets everybody do it. */
  settle(): void;
  /** How many verifications were begun for a run; 1 where nothing is ever begun. */
  begun(runId: string): number;
  /** A callback that is rightly signed, from where callbacks come. */
  callback?(body: object): KycCallback;
  close(): Promise<void>;
}

const ordinary = '123121234';
const numbers = [ordinary, ...kycTriggers.keys()];

/** What every provider owes to those who call it, by name. Each of them fails by throwing. */
export const providerRequirements: Readonly<Record<string, (subject: ProviderUnderTest) => Promise<void>>> = {
  async 'answers a start with a name for the verification that tells nothing about the person'(subject) {
    const { ip: _, identification: __, addresses, ...person } = applicant(ordinary);
    const { reference } = await start(subject, ordinary);
    expect(reference).toMatch(/^[\x21-\x7e]{1,200}$/);
    const values = [...Object.values(person), addresses[0]?.street ?? ''];
    for (const value of values.filter((text) => text.length > 3)) expect(reference).not.toContain(value);
  },

  async 'begins once, however often a start is repeated'(subject) {
    for (const ssn of numbers) {
      const run = newRun(subject.now());
      const names = new Set<string | undefined>();
      const once = async () => names.add((await start(subject, ssn, run)).reference);
      await Promise.all([once(), once(), once()]);
      await once();
      expect(names.size).toBe(1);
      expect(subject.begun(run.runId)).toBe(1);
      subject.settle();
      expect(await standing(subject, await start(subject, ssn, run))).toEqual(subject.endingOf(ssn));
    }
  },

  async 'comes to the end that the number stands for, and says the same when asked again'(subject) {
    for (const ssn of numbers) {
      const run = await start(subject, ssn);
      subject.settle();
      expect(await standing(subject, run)).toEqual(subject.endingOf(ssn));
      expect(await standing(subject, run)).toEqual(subject.endingOf(ssn));
    }
  },

  async 'goes on when the wanted documents are there, however often they are handed over'(subject) {
    for (const ssn of numbers.filter((number) => subject.endingOf(number).state === 'needs_document')) {
      let run = await start(subject, ssn);
      subject.settle();
      const wanted = wantedBy(await standing(subject, run));
      const documents = wanted.map((type) => documentOf(type));
      for (const _ of Array(3)) {
        const answer = await subject.provider.submitDocuments(run, documents);
        if (answer.kind !== 'finding') throw new Error(`It was silent: ${answer.reason}.`);
        expect(answer.finding.state).not.toBe('needs_document');
        run = { ...run, reference: answer.reference ?? run.reference };
      }
      subject.settle();
      expect(await standing(subject, run)).toEqual(subject.afterDocuments);
    }
  },

  async 'cancels without an error, twice, and what it has never heard of'(subject) {
    const run = await start(subject, ordinary);
    for (const known of [run, run, newRun(subject.now())])
      expect(await subject.provider.cancel(known)).toBeUndefined();
  },

  async 'reads no callback that nobody has signed'(subject) {
    const { runId } = await start(subject, ordinary);
    const body = JSON.stringify({ run_id: runId, state: 'approved' });
    const read = subject.provider.readCallback({ headers: {}, body });
    expect(read).toBeUndefined();
  },

  async 'takes from a callback which run to ask about, and how it stands from nowhere but the answer'(
    subject,
  ) {
    const run = await start(subject, ordinary);
    const before = await standing(subject, run);
    const claim = {
      run_id: run.runId,
      reference: 'ver_other',
      state: 'declined',
      documents: [...documentTypes],
    };
    const callback = subject.callback?.(claim);
    if (!callback) return;
    expect(subject.provider.readCallback(callback)).toEqual({ runId: run.runId });
    expect(await standing(subject, run)).toEqual(before);
  },
};

/** Starts a verification, and answers the run as it is kept from then on. */
async function start(
  { provider, now }: ProviderUnderTest,
  ssn: string,
  run = newRun(now()),
): Promise<KycRun> {
  const answer = await provider.start(run, applicant(ssn));
  if (answer.kind !== 'finding') throw new Error(`It was silent: ${answer.reason}.`);
  return { ...run, reference: answer.reference };
}

async function standing({ provider }: ProviderUnderTest, run: KycRun): Promise<KycFinding> {
  const answer = await provider.fetch(run);
  if (answer.kind !== 'finding') throw new Error(`It was silent: ${answer.reason}.`);
  return answer.finding;
}

const wantedBy = (finding: KycFinding): readonly DocumentType[] =>
  finding.state === 'needs_document' ? finding.documents : [];
