/** So much that no test meets the end of a budget by chance; those of the attacks set the budgets of live. */
export const wideBudgets = {
  CLIENTELE_SSN_MISSES: '1000000',
  CLIENTELE_SSN_MISSES_BRAND: '1000000',
  CLIENTELE_SSN_SAME_LAST_FOUR: '1000000',
  CLIENTELE_SEARCH_MISSES: '1000000',
  CLIENTELE_SEARCH_MISSES_BRAND: '1000000',
  CLIENTELE_SSN_REVEALS: '1000000',
} as const;
