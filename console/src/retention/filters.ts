const tabs = ['kept', 'holds', 'erasures', 'policy'] as const;
export type RetentionTab = (typeof tabs)[number];

export interface RetentionFilters {
  readonly tab?: RetentionTab;
  readonly cursor?: string;
}

/** What the address says, as far as it is valid. */
export function filtersOf(search: Record<string, unknown>): RetentionFilters {
  const tab = tabs.find((one) => one === search['tab'] && one !== 'kept');
  const { cursor } = search;
  return { ...(tab && { tab }), ...(typeof cursor === 'string' && { cursor }) };
}
