import type { Explained } from './run.ts';

/** Answers that the document cannot foretell, each with the reason. Few, and none of them a 5xx. */
export const explained: readonly Explained[] = [];
