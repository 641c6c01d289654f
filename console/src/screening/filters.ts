export const statusChoices = [
  ['waiting', 'Waiting'],
  ['open', 'Nothing proposed'],
  ['proposed', 'Proposed'],
  ['false_positive', 'False positives'],
  ['confirmed', 'Confirmed'],
  ['any', 'Any status'],
] as const;
export type MatchStatus = (typeof statusChoices)[number][0];

export const orderChoices = [
  ['oldest', 'Oldest first'],
  ['newest', 'Newest first'],
] as const;
type MatchOrder = (typeof orderChoices)[number][0];

export interface MatchFilters {
  readonly status?: MatchStatus;
  readonly order?: MatchOrder;
  readonly cursor?: string;
}

/** What the address says, as far as it is valid. What waits, the oldest first, has no filter. */
export function filtersOf(search: Readonly<Record<string, unknown>>): MatchFilters {
  const status = chosen(statusChoices, search['status'], 'waiting');
  const order = chosen(orderChoices, search['order'], 'oldest');
  const { cursor } = search;
  return {
    ...(status && { status }),
    ...(order && { order }),
    ...(typeof cursor === 'string' && { cursor }),
  };
}

const chosen = <Value extends string>(
  choices: readonly (readonly [Value, string])[],
  value: unknown,
  usual: Value,
): Value | undefined => choices.find(([one]) => one === value && one !== usual)?.[0];
