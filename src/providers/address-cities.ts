/**
 * Normalises the name of a city for comparison: no case, accents, punctuation, spaces or abbreviations. `St. Paul`,
 * `Saint Paul` and `SAINT PAUL` are `saintpaul`; `McLean` and `Mc Lean` are `mclean`; `Mayagüez` is `mayaguez`.
 */

/** Abbreviations anywhere in a name: those of USPS Publication 28 that occur in names of cities. */
const abbreviations: ReadonlyMap<string, string> = new Map(
  `st saint, ste sainte, ft fort, mt mount, mtn mountain, mtns mountains, hts heights, hgts heights, hl hill,
  hls hills, spg spring, spgs springs, jct junction, ctr center, cntr center, centre center, pt point,
  prt port, bch beach, twp township, vlg village, vly valley, crk creek, ck creek, lk lake, lks lakes,
  pk park, hbr harbor, harbour harbor, isl island, gdns gardens, grv grove, riv river, rvr river, fls falls,
  frk fork, cty city, lndg landing, mdws meadows, rdg ridge, shrs shores, univ university`
    .split(',')
    .map((pair) => pair.trim().split(' '))
    .map(([short = '', long = '']) => [short, long]),
);

/** Abbreviations only at the beginning: `N. Hollywood`, but `U S A F Academy`; `Sta. Isabel`. */
const leading: ReadonlyMap<string, string> = new Map([
  ['n', 'north'],
  ['no', 'north'],
  ['s', 'south'],
  ['so', 'south'],
  ['e', 'east'],
  ['w', 'west'],
  ['sta', 'santa'],
  ['sto', 'santo'],
]);

/** The kind of place after its name, which the postal service leaves out: `New York City`. */
const kinds: ReadonlySet<string> = new Set(['city', 'town', 'township', 'village', 'borough']);

/** The normalised name: letters a to z and digits only. Empty if none are left. */
export const cityKey = (name: string): string => keyOf(wordsOf(name));

/**
 * The keys under which a name may be known: its own, and those without a trailing state (`Washington, D.C.`) or
 * kind of place.
 */
export function cityKeys(name: string, state: string): readonly string[] {
  const words = wordsOf(name);
  const keys = [keyOf(words)];
  if (words.length > 1 && words.at(-1) === state.toLowerCase()) keys.push(keyOf(words.slice(0, -1)));
  if (words.length > 1 && kinds.has(words.at(-1) ?? '')) keys.push(keyOf(words.slice(0, -1)));
  return keys;
}

function wordsOf(name: string): readonly string[] {
  const plain = name
    .normalize('NFD')
    .replaceAll(/[\p{M}'’`.]/gu, '')
    .toLowerCase();
  const words = plain.split(/[^a-z0-9]+/).filter((word) => word !== '');
  return words.map(
    (word, place) => abbreviations.get(word) ?? (place === 0 ? leading.get(word) : undefined) ?? word,
  );
}

const keyOf = (words: readonly string[]): string => words.join('').replace('airforcebase', 'afb');
