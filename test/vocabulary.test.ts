import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

/** Names that were given up for the standard terms of the field, and the terms that took their place. */
const givenUp: readonly (readonly [pattern: RegExp, say: string])[] = [
  [/\b(?:Deed|[Dd]eeds?)\b/, 'change, or ChangeRecord'],
  [
    /\b(?:bearCustomer|NewlyBorn|birthOf|kycRequestsAtBirth|beforeBirth)\b/,
    'newCustomer, initialKycRequests',
  ],
  [/\b(?:[Cc]rew|CrewOptions)\b/, 'cluster'],
  [/\bWhat am I to do\b/, 'ready'],
  [/\b(?:Surroundings|surroundings)\b/, 'Overrides'],
  [/\b(?:[Ee]rrands?|[Pp]ulses?)\b/, 'PendingQuery, heartbeat'],
  [/\b(?:[Hh]appenings?|Circumstance)\b/, 'KycEvent, EventDetails'],
  [/\b(?:Fate|settleFate|fateOf|letGo|looseOnes)\b/, 'RetentionAction, applyRetention, Unsequenced'],
  [/\b(?:wireTime|resolveFate|statementPatience)\b/, 'a name that says the form and the unit'],
  [/\b(?:[Rr]ings?|ringOf|bell)\b/, 'keyring, wake channel'],
  [/\b(?:noteShown|nothingHere|mayDo|asSent)\b/, 'recordReads, notFound, hasScope, asInputs'],
  [/\b(?:[Ll]odgings?|kibi|mebi|carryOut|putOff|closeDoor)\b/, 'a standard term with its unit'],
  [
    /\b(?:Pairing|Recipe|beaten|crowding|failingPatience|whatIsDue)\b/,
    'AddressMatch, LaunchPlan, superseded',
  ],
];

/** Words that no comment or message needs: a plain sentence names the actor or the time. */
const figurative: readonly (readonly [pattern: RegExp, say: string])[] = [
  [/\b[Ww]hoever\b/, 'the actor'],
  [/\b[Ss]omebody\b/, 'the actor'],
  [/\b[Aa]new\b/, 'again'],
  [/\b[Mm]eanwhile\b/, 'during what, or since when'],
  [/\bwhat comes of\b/, 'the result'],
  [/\bfor ever\b/, 'forever, or the limit'],
];

const repository = fileURLToPath(new URL('../', import.meta.url));
/** Migrations that exist never change, and this file has to name the words. */
const isRead = (file: string): boolean =>
  !file.includes('node_modules/') &&
  /\.(?:ts|js|md|sql|json)$/.test(file) &&
  !file.startsWith('src/store/migrations/') &&
  !file.endsWith('vocabulary.test.ts');

const files: readonly string[] = [
  ...['src', 'test', 'docs'].flatMap((folder) =>
    readdirSync(`${repository}${folder}`, { recursive: true, encoding: 'utf8' }).map(
      (file) => `${folder}/${file}`,
    ),
  ),
  'README.md',
  'CHANGELOG.md',
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
].filter(isRead);

/** The pages for readers, the code and the tests. */
const proseFiles: readonly string[] = [
  ...['src', 'docs', 'scripts', 'bench', 'test'].flatMap((folder) =>
    readdirSync(`${repository}${folder}`, { recursive: true, encoding: 'utf8' }).map(
      (file) => `${folder}/${file}`,
    ),
  ),
  'README.md',
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
].filter((file) => isRead(file) && file !== 'docs/schema.sql');

/** Every line with one of the words, and every file named by one. */
const wordsIn = (words: typeof givenUp, file: string, text: string): readonly string[] =>
  [file.replaceAll(/[/.-]/g, ' '), ...text.split('\n')].flatMap((line, index) =>
    words
      .filter(([pattern]) => pattern.test(line))
      .map(([pattern, say]) => {
        const [word] = pattern.exec(line) ?? [];
        return `${file}:${index} says "${word}"; say ${say}`;
      }),
  );

test('no name or text uses a word that was given up', () => {
  expect(files.length).toBeGreaterThan(400);
  const found = files.flatMap((file) => wordsIn(givenUp, file, readFileSync(`${repository}${file}`, 'utf8')));
  expect(found).toEqual([]);
});

test('no comment, message or page uses a figurative word', () => {
  expect(proseFiles.length).toBeGreaterThan(250);
  const found = proseFiles.flatMap((file) =>
    wordsIn(figurative, file, readFileSync(`${repository}${file}`, 'utf8')),
  );
  expect(found).toEqual([]);
});

test.each([
  '/** Whoever waits for the lock finds it applied. */',
  '// It is asked by somebody else.',
  'The change is decided anew.',
  'Servers can write meanwhile.',
  "throw new Error('This would hang for ever.');",
])('finds a figurative word in: %s', (text) => {
  expect(wordsIn(figurative, 'src/planted.ts', text)).not.toEqual([]);
});

test.each([
  'The server runs as the user `nobody`.',
  'A new key is kept forever.',
  'The body of a message.',
  'For every brand, what comes next.',
])('finds no figurative word in: %s', (text) => {
  expect(wordsIn(figurative, 'src/planted.ts', text)).toEqual([]);
});

test.each([
  ['src/planted.ts', 'type Deed = string;'],
  ['src/planted.ts', 'const made = bearCustomer(body);'],
  ['docs/planted.md', 'Each member of the crew asks: What am I to do?'],
  ['src/planted.ts', '/** What comes along with a happening. */'],
  ['src/planted.ts', 'const ring = await keyrings.of(brandId);'],
  ['src/planted.ts', 'await noteShown(context, [id]);'],
  ['src/planted.ts', 'const mebi = 1024 * 1024;'],
  ['src/planted.ts', 'interface Recipe {}'],
  ['test/errand.ts', ''],
  ['src/store/pulse-rate.ts', ''],
])('finds one in %s: %s', (file, text) => {
  expect(wordsIn(givenUp, file, text)).not.toEqual([]);
});

test.each([
  'The keyring of a brand.',
  'A string in brackets, during the hearing.',
  'What happens is an event.',
  'Each sent address is matched with a stored one.',
  'A batch of 10 MiB.',
])('does not find one in: %s', (text) => {
  expect(wordsIn(givenUp, 'src/planted.ts', text)).toEqual([]);
});
