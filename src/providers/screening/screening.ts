import type { ListEntry, ScreenedPerson } from '../../domain/screening/screening.ts';
import type { NoAnswer, NoAnswerReason } from '../no-answer.ts';

/**
 * Searches lists of sanctioned people. A call may be repeated. A provider does not throw for a person, nor for a failure
 * of the service behind it: the return types cover both.
 */
export interface ScreeningProvider {
  readonly name: ScreeningProviderName;
  /** Customers that a process may have checked in a second. */
  readonly perSecond: number;
  /** The version of the lists that are searched now. Another version means that the lists were updated. */
  listVersion(): Promise<ListVersion | ScreeningNoAnswer>;
  /** The entries that a person resembles. */
  screen(person: ScreenedPerson): Promise<Screened | ScreeningNoAnswer>;
  close(): Promise<void>;
}

export type ScreeningProviderName = 'watchman' | 'http';

export interface ListVersion {
  readonly kind: 'version';
  /** Printable ASCII. */
  readonly version: string;
}

export interface Screened {
  readonly kind: 'screened';
  readonly entries: readonly ListEntry[];
}

/** The customer stays in the queue. `no lists`: the service answers, and has no lists loaded. */
export type ScreeningNoAnswer = NoAnswer<NoAnswerReason | 'no lists'>;
