import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { OperatorError } from '../../domain/operator-error.ts';
import { withOffset } from '../../domain/time.ts';
import type { AcceptedLoss } from '../../operations/audit/anchors.ts';
import type { IntactTrail, InvalidTrail, TrustedFacts } from '../../operations/audit/verify.ts';
import type { Format } from '../output.ts';
import { coloured, printAnswer } from '../output.ts';
import { formatCount, openProgress, percent } from '../progress.ts';
import { publicKeysIn, unknownKeyText } from '../public-keys.ts';
import { inputOf, isStream } from '../streams.ts';

// Needs only the file: no settings, no database, no network.

interface VerifyOptions {
  readonly key?: readonly string[];
  readonly earlier?: string;
  readonly anchors?: string;
}

/** Verifies an exported audit trail. The exit code is 1 if a line was changed. */
export async function verifyAudit(format: Format, path: string, options: VerifyOptions): Promise<void> {
  refuseSecondReading(path, options);
  const keys = options.key && new Set(options.key.flatMap(publicKeysIn));
  const known: TrustedFacts = keys ? { keys } : {};
  const earlier = options.earlier === undefined ? undefined : await verdictOn(format, options.earlier, known);
  if (earlier && !earlier.whole)
    throw new OperatorError(
      `The earlier export is not valid itself: line ${earlier.line}: ${earlier.problem}`,
    );
  if (earlier?.whole && earlier.selection)
    throw new OperatorError(
      'The earlier export has only the entries about one customer. Compare with an export of all entries.',
    );
  const told = { ...known, ...(earlier && { earlier: earlier.signed }) };
  const first = await verdictOn(format, path, told);
  if (first.whole && first.selection && (earlier || options.anchors !== undefined))
    throw new OperatorError(
      `${path} has only the entries about one customer, so it cannot be followed from one entry to the next. Compare its lines with an export of all entries instead (docs/audit.md), and verify that one with --earlier or --anchors.`,
    );
  const anchors =
    first.whole && options.anchors !== undefined
      ? await anchorsIn(options.anchors, first.brand, keys)
      : undefined;
  const verdict = anchors ? await verdictOn(format, path, { ...told, anchors: anchors.hashes }) : first;
  const losses = anchors?.restored ?? [];
  if (verdict.whole)
    printAnswer(
      format,
      {
        ...factsOf(verdict, keys),
        restored: losses.map(({ number, lost, at }) => ({ to: number, lost_to: lost, at })),
      },
      () => [wholeText(verdict, keys), ...losses.map(lossText)].join('\n'),
    );
  else printAnswer(format, verdict, () => brokenText(path === '-' ? 'standard input' : path, verdict));
  if (!verdict.whole) process.exitCode = 1;
}

/** Standard input serves one of the arguments. An export that the anchors are compared with is read twice. */
function refuseSecondReading(path: string, { key, earlier, anchors }: VerifyOptions): void {
  if ([path, earlier, anchors, ...(key ?? [])].filter((one) => one === '-').length > 1)
    throw new OperatorError('Standard input can be read only once. Name files for the other arguments.');
  if (anchors !== undefined && (path === '-' || isStream(path)))
    throw new OperatorError('With --anchors the export is read twice, so it takes a file and no pipe.');
}

const lossText = ({ number, lost, at }: AcceptedLoss): string =>
  `An older backup was restored and accepted at ${withOffset(at)}. The entries ${formatCount(number + 1)} to ${formatCount(lost)} that were signed before are lost.`;

async function anchorsIn(path: string, brand: IntactTrail['brand'], keys: ReadonlySet<string> | undefined) {
  const { anchorsOf } = await import('../../operations/audit/anchors.ts');
  const lines: string[] = [];
  try {
    // The file may be larger than the longest string. Lines of other brands count, and are not kept.
    const input = inputOf(path).stream?.setEncoding('latin1') ?? createReadStream(path, 'latin1');
    for await (const line of createInterface({ input })) lines.push(line.includes(brand) ? line : '');
  } catch {
    throw new OperatorError(`There is no file ${path} that can be read.`);
  }
  return anchorsOf(`${lines.join('\n')}\n`, brand, keys);
}

async function verdictOn(format: Format, path: string, known: TrustedFacts) {
  const { verifyTrail } = await import('../../operations/audit/verify.ts');
  const { name, stream } = inputOf(path);
  const size = stream ? 0 : (await stat(path).catch(() => undefined))?.size;
  if (size === undefined) throw new OperatorError(`There is no file ${path} that can be read.`);
  const progress = openProgress(format);
  async function* pieces() {
    let read = 0;
    for await (const piece of stream ?? createReadStream(path, { highWaterMark: 1_048_576 })) {
      yield piece as Buffer;
      read += (piece as Buffer).length;
      progress(() =>
        stream ? `${formatCount(read)} bytes of ${name}` : `${percent(read, size ?? 0)} of ${path}`,
      );
    }
  }
  try {
    return await verifyTrail(pieces(), known);
  } finally {
    progress.end();
  }
}

const factsOf = (
  { brand, from, to, hash, trailEnd, reasons, selection, at, keys, witnessedTo }: IntactTrail,
  pinned: ReadonlySet<string> | undefined,
) => ({
  whole: true,
  bond_brand_id: brand,
  from,
  to,
  hash,
  trail_end: trailEnd,
  reasons,
  // Without a chain only the closing line says that no entry is missing.
  chained: selection === undefined,
  ...(selection && { customer_id: selection.customerId, entries: selection.entries }),
  date_exported: at,
  keys,
  witnessed_to: witnessedTo,
  key_known: pinned !== undefined,
});

function wholeText(trail: IntactTrail, pinned: ReadonlySet<string> | undefined): string {
  const { brand, at, keys, reasons, selection } = trail;
  const lines = [
    coloured(process.stdout, 'green', unchangedText(trail)),
    `Brand ${brand}, exported ${at}, signed by ${keys.join(', ')}.`,
    ...(selection ? [selectionText] : spanTexts(trail)),
  ];
  if (reasons > 0)
    lines.push(
      `Reasons of ${formatCount(reasons)} entries are in it. The closing line vouches for them, and no hash.`,
    );
  if (!pinned) lines.push(coloured(process.stdout, 'yellow', unknownKeyText('a whole new trail')));
  return lines.join('\n');
}

function unchangedText({ from, to, selection }: IntactTrail): string {
  const span = `${formatCount(from)} to ${formatCount(to)}`;
  return selection
    ? `The ${formatCount(selection.entries)} entries about customer ${selection.customerId} from the entries ${span} are unchanged.`
    : `The entries ${span} are unchanged.`;
}

const selectionText =
  'They are not consecutive, so this file alone does not show that no entry is missing: only its closing line says so. Compare its lines with an export of all entries (docs/audit.md).';

function* spanTexts({ from, to, trailEnd, witnessedTo }: IntactTrail): Generator<string> {
  if (from > 1) yield `Entries before ${formatCount(from)} are not in this file.`;
  if (to < trailEnd)
    yield `Entries after ${formatCount(to)} are not in this file. The trail ended at entry ${formatCount(trailEnd)}.`;
  if (witnessedTo < to)
    yield `Only the service vouches for the entries ${formatCount(witnessedTo + 1)} to ${formatCount(to)}: no anchor and no earlier export has them.`;
}

const brokenText = (path: string, { line, problem }: InvalidTrail): string =>
  `${coloured(process.stdout, 'red', `Line ${formatCount(line)} of ${path} is the first that is not valid.`)}\n${problem}`;
