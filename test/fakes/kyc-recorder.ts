import type { Applicant } from '../../src/domain/customers/applicant.ts';
import type { RunId } from '../../src/domain/ids.ts';
import type { KycAnswer, KycFinding, KycProvider } from '../../src/providers/kyc.ts';

type Grounds = NonNullable<Extract<KycAnswer, { kind: 'finding' }>['grounds']>;

/** A provider that says what a test wants to hear said, and remembers whom it was asked about. */
export interface Recorder extends KycProvider {
  /** What it says of every verification from now on. */
  say(finding: KycFinding | 'nothing', grounds?: Grounds): void;
  /** The data that each verification was begun with. */
  readonly applicants: ReadonlyMap<RunId, Applicant>;
  readonly cancelled: ReadonlySet<RunId>;
}

export function openRecorder(): Recorder {
  let because: Grounds | undefined;
  let said: KycFinding | 'nothing' = { state: 'pending' };
  const applicants = new Map<RunId, Applicant>();
  const cancelled = new Set<RunId>();
  const answer = (): KycAnswer =>
    said === 'nothing'
      ? { kind: 'no_answer', reason: 'timeout' }
      : { kind: 'finding', finding: said, reference: 'recorded', ...(because && { grounds: because }) };
  return {
    applicants,
    cancelled,
    say: (finding, grounds) => {
      said = finding;
      because = grounds;
    },
    async start(run, applicant) {
      applicants.set(run.runId, applicant);
      return answer();
    },
    fetch: async () => answer(),
    submitDocuments: async () => answer(),
    cancel: async (run) => {
      cancelled.add(run.runId);
    },
    readCallback: () => undefined,
  };
}
