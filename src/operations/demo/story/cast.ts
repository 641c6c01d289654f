import type { CustomerId } from '../../../domain/ids.ts';
import type { Caller, Stage } from './stage.ts';

/** Something that happens so many days before now. */
export type Step = readonly [daysAgo: number, act: () => Promise<unknown>];

/** What becomes of a new customer. */
export type Outcome = 'passed' | 'failed' | 'review' | 'none';

/** What the parts of the story share. */
export interface Cast {
  readonly stage: Stage;
  /** A key of the command line, with which customers are created. */
  readonly crm: Caller;
  /** The customers with one outcome, in the order in which they came. */
  among(outcome: Outcome): readonly CustomerId[];
}
