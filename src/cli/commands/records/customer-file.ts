import { parseId } from '../../../domain/ids.ts';
import { OperatorError } from '../../../domain/operator-error.ts';
import type { FileVerdict, Listed } from '../../../operations/records/manifest.ts';
import { withBrand } from '../../command.ts';
import type { Format } from '../../output.ts';
import { coloured, printAnswer, printNotice, programName, shellQuoted } from '../../output.ts';
import type { Write } from '../../private-file.ts';
import { writeTo } from '../../private-file.ts';
import { formatCount, openProgress } from '../../progress.ts';
import { publicKeysIn, unknownKeyText } from '../../public-keys.ts';
import type { ReasonOptions } from '../../reason.ts';
import { isStream } from '../../streams.ts';

interface CustomerFileOptions extends ReasonOptions {
  readonly brand: string;
  readonly file: string;
  readonly fullSsn?: true;
}

/** Writes everything that is held about one person to a ZIP file. */
export async function exportCustomer(
  format: Format,
  id: string,
  options: CustomerFileOptions,
): Promise<void> {
  const customerId = parseId<'customer'>(id);
  if (!customerId) throw new OperatorError(`${id} is no id of a customer: it takes a UUID.`);
  const { exportedByOperator: entriesOf } = await import('../../../operations/records/customer-file.ts');
  const { zipped } = await import('../../../operations/records/zip.ts');
  const progress = openProgress(format);
  const { file } = options;
  let files = 0;
  async function* counted<Entry>(entries: AsyncIterable<Entry>): AsyncGenerator<Entry> {
    for await (const entry of entries) {
      files += 1;
      progress(() => `${formatCount(files)} files`);
      yield entry;
    }
  }
  try {
    const [brand, key] = await withBrand(
      format,
      options.brand,
      async (system, brand) => {
        const request = { brand, customerId, hasFullSsn: options.fullSsn === true };
        await writeTo(file, (write) => writeAll(zipped(counted(entriesOf(system, request))), write));
        return system.vault.signer.key;
      },
      { options, without: 'refuse' },
    );
    progress.end();
    const facts = {
      brand: brand.name,
      bond_brand_id: brand.brandId,
      customer_id: customerId,
      file,
      files,
      key,
    };
    const besides = file === '-' ? process.stderr : process.stdout;
    const sentence = `Wrote ${formatCount(files)} files about customer ${customerId} of ${brand.name} to ${file === '-' ? 'standard output' : file}. It holds personal data.`;
    printAnswer(format, facts, () => `${sentence}\nSigned by ${key}`, besides);
    if (format === 'table')
      printNotice(format, `Verify with: ${programName()} verify-file ${shellQuoted(file)} --key ${key}`);
  } finally {
    progress.end();
  }
}

async function writeAll(pieces: AsyncIterable<Buffer>, write: Write): Promise<void> {
  for await (const piece of pieces) await write(piece);
}

/** Needs only the file: no settings, no database, no network. The exit code is 1 if something was changed. */
export async function verifyFile(
  format: Format,
  path: string,
  options: { readonly key?: readonly string[] },
): Promise<void> {
  if (path === '-' || isStream(path))
    throw new OperatorError(
      'verify-file reads from the end of the file first, so it takes a file and no pipe.',
    );
  const keys = options.key && new Set(options.key.flatMap(publicKeysIn));
  const verdict = await verdictOf(path, keys);
  const answer = { ...verdict, key_known: verdict.whole && keys !== undefined };
  printAnswer(format, answer, () => (verdict.whole ? wholeText(verdict, keys) : brokenText(path, verdict)));
  if (!verdict.whole) process.exitCode = 1;
}

/** Bytes of a manifest. It has about 150 for each file. */
const longestManifest = 64 * 1_048_576;

async function verdictOf(path: string, keys: ReadonlySet<string> | undefined): Promise<FileVerdict> {
  const { digested, manifestName, signatureName, verdictOn } = await import(
    '../../../operations/records/manifest.ts'
  );
  const { readZip } = await import('../../../operations/records/zip.ts');
  const found: Listed[] = [];
  const texts = new Map<string, string>();
  try {
    for await (const { name, content } of readZip(path)) {
      const isText = (name === manifestName || name === signatureName) && !texts.has(name);
      if (isText) texts.set(name, await textOf(content));
      else for await (const _ of digested(name, content, (listed) => found.push(listed)));
    }
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    return { whole: false, problem: `It cannot be read as a ZIP file to its end: ${problem}` };
  }
  return verdictOn(texts.get(manifestName), texts.get(signatureName), found, keys);
}

async function textOf(content: AsyncIterable<Buffer>): Promise<string> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of content) {
    size += piece.length;
    if (size > longestManifest) throw new Error('the manifest is too long');
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('latin1');
}

function wholeText(
  { manifest }: FileVerdict & { whole: true },
  keys: ReadonlySet<string> | undefined,
): string {
  const lines = [
    coloured(process.stdout, 'green', `All ${formatCount(manifest.files.length)} files are unchanged.`),
    harmless(
      `Customer ${manifest.customer_id} of ${manifest.brand} (${manifest.bond_brand_id}), made ${manifest.date_made}, signed by ${manifest.key}.`,
    ),
  ];
  if (!keys) lines.push(coloured(process.stdout, 'yellow', unknownKeyText('another file')));
  return lines.join('\n');
}

const brokenText = (path: string, { problem }: FileVerdict & { whole: false }): string =>
  `${coloured(process.stdout, 'red', `${path} is not as Clientele wrote it.`)}\n${harmless(problem)}`;

/** Names in a file are a stranger's: they must not write into the terminal. */
const harmless = (text: string): string => text.replaceAll(/\p{Cc}/gu, '?');
