import type { AddressVerdict, KycState } from '../kit/Status.tsx';
import { addressVerdicts, kycStates } from '../kit/Status.tsx';

export const createdChoices = ['1', '7', '30', '365'] as const;
export type Created = (typeof createdChoices)[number];

/** What the address of the list can say. What a person types to find a person is never part of it. */
export interface Filters {
  readonly kyc?: KycState;
  readonly verdict?: AddressVerdict;
  /** Created within so many days. */
  readonly created?: Created;
  readonly cursor?: string;
}

const oneOf = <Value extends string>(values: readonly Value[], value: unknown): Value | undefined =>
  values.find((one) => one === String(value));

/** Reads the filters of an address; what is no filter is left out. */
export function filtersOf(search: Readonly<Record<string, unknown>>): Filters {
  const found = {
    kyc: oneOf(kycStates, search['kyc']),
    verdict: oneOf(
      addressVerdicts.filter((verdict) => verdict !== 'none'),
      search['verdict'],
    ),
    created: oneOf(createdChoices, search['created']),
    cursor: /^c1_[0-9a-z]{1,13}$/.test(String(search['cursor'])) ? String(search['cursor']) : undefined,
  };
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined));
}

export const isFiltered = ({ kyc, verdict, created }: Filters): boolean =>
  kyc !== undefined || verdict !== undefined || created !== undefined;
