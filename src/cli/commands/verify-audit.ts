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
import { publicKeysIn } from '../public-keys.ts';
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
  const told = { ...known, ...(earlier && { earlier: earlier.signed }) };
  const first = await verdictOn(format, path, told);
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
  { brand, from, to, hash, at, keys, witnessedTo }: IntactTrail,
  pinned: ReadonlySet<string> | undefined,
) => ({
  whole: true,
  bond_brand_id: brand,
  from,
  to,
  hash,
  date_exported: at,
  keys,
  witnessed_to: witnessedTo,
  key_known: pinned !== undefined,
});

function wholeText(
  { brand, from, to, at, keys, witnessedTo }: IntactTrail,
  pinned: ReadonlySet<string> | undefined,
): string {
  const lines = [
    coloured(
      process.stdout,
      'green',
      `The entries ${formatCount(from)} to ${formatCount(to)} are unchanged.`,
    ),
    `Brand ${brand}, exported ${at}, signed by ${keys.join(', ')}.`,
  ];
  if (from > 1) lines.push(`Entries before ${formatCount(from)} are not in this file.`);
  if (witnessedTo < to)
    lines.push(
      `Only the service vouches for the entries ${formatCount(witnessedTo + 1)} to ${formatCount(to)}: no anchor and no earlier export has them.`,
    );
  if (!pinned)
    lines.push(
      coloured(
        process.stdout,
        'yellow',
        'Clientele cannot tell whether that is your key: a forger could sign a whole new trail with another one. Name your key with --key.',
      ),
    );
  return lines.join('\n');
}

const brokenText = (path: string, { line, problem }: InvalidTrail): string =>
  `${coloured(process.stdout, 'red', `Line ${formatCount(line)} of ${path} is the first that is not valid.`)}\n${problem}`;
