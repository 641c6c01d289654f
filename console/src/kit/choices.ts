/** The values that are shown, and the chosen one, once each and in order: the choices of a filter. */
export const shownChoices = (
  values: readonly (string | undefined)[],
  chosen: string | undefined,
): readonly string[] => [...new Set([...values, chosen])].filter((one) => one !== undefined).toSorted();
