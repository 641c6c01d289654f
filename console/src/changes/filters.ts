const tabs = ['pending', 'approved', 'declined'] as const;
export type ChangeTab = (typeof tabs)[number];

export interface ChangeFilters {
  readonly tab?: ChangeTab;
  readonly cursor?: string;
}

/** What the address says, as far as it is valid. */
export function filtersOf(search: Record<string, unknown>): ChangeFilters {
  const tab = tabs.find((one) => one === search['tab'] && one !== 'pending');
  const { cursor } = search;
  return { ...(tab && { tab }), ...(typeof cursor === 'string' && { cursor }) };
}
