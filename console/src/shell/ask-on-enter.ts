/**
 * For routes with a loader: it runs when a person comes to the page or changes its filters, and not again when
 * something opens above the page.
 */
export const askOnEnter = {
  staleTime: Number.POSITIVE_INFINITY,
  shouldReload: ({ cause }: { readonly cause: string }): boolean => cause === 'enter',
};
