import { resolve } from 'node:path';
import { OperatorError } from '../domain/operator-error.ts';
import { withOffset } from '../domain/time.ts';
import type { ReviewedKey } from '../operations/brands/api-keys.ts';
import { withBrand } from './command.ts';
import { stateOf } from './commands/keys.ts';
import { csvOf } from './csv.ts';
import { keyFacts, minuteText, scopesText } from './key-text.ts';
import type { Format } from './output.ts';
import { printAnswer, printNotice } from './output.ts';
import { writeTo } from './private-file.ts';
import { formatTable } from './table.ts';

interface ReviewOptions {
  readonly brand: string;
  readonly csv?: string;
}

/** Prints who has access to a brand, and how each key was used last. */
export async function reviewKeys(format: Format, { brand: name, csv }: ReviewOptions): Promise<void> {
  if (csv === '-')
    throw new OperatorError('--csv takes a file, because the review itself goes to standard output.');
  const [brand, keys] = await withBrand(format, name, async (system, { brandId }) =>
    (await import('../operations/brands/api-keys.ts')).reviewKeys(system, brandId),
  );
  if (csv !== undefined) {
    const path = resolve(csv);
    await writeTo(path, (write) => write(csvOf([csvHead, ...keys.map(csvRow)])));
    printNotice(format, `Wrote ${path}.`);
  }
  const reviewed = keys.map((key) => ({
    ...keyFacts(brand, key),
    ...(key.use && { date_last_used: withOffset(key.use.usedAt), last_used_from: key.use.usedFrom }),
  }));
  printAnswer(format, reviewed, () => formatTable(head, keys.map(row), widths));
}

const head = ['KEY', 'IDENTITY', 'OWNER', 'SCOPES', 'NETWORKS', 'MADE', 'LAST USED', 'FROM', 'STATE'];
/** Scopes and networks are lists, which would make the table too wide. */
const widths = [null, null, null, 26, 20, null, null, null, null];

const row = (key: ReviewedKey): readonly string[] => [
  key.name,
  key.identity,
  key.owner ?? 'unknown',
  scopesText(key.scopes),
  key.networks.join(' ') || 'everywhere',
  key.createdAt.slice(0, 10),
  key.use ? minuteText(key.use.usedAt) : 'never',
  key.use?.usedFrom ?? '',
  stateOf(key) === 'active' ? 'active, never expires' : stateOf(key),
];

const csvHead = [
  'name',
  'identity',
  'owner',
  'scopes',
  'networks',
  'date_created',
  'date_last_used',
  'last_used_from',
  'date_expires',
  'date_revoked',
  'date_disabled',
];

const csvRow = (key: ReviewedKey): readonly string[] => [
  key.name,
  key.identity,
  key.owner ?? '',
  key.scopes.join(' '),
  key.networks.join(' '),
  withOffset(key.createdAt),
  key.use ? withOffset(key.use.usedAt) : '',
  key.use?.usedFrom ?? '',
  key.expiresAt ? withOffset(key.expiresAt) : '',
  key.revokedAt ? withOffset(key.revokedAt) : '',
  key.disabledAt ? withOffset(key.disabledAt) : '',
];
