import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

const text = readFileSync(new URL('./fixtures/samples.md', import.meta.url), 'utf8');

/** A sample of the page, as printed there: `list curl`, `get fetch`, `update answer`. */
export function printedSample(name: string): string {
  const sample = new RegExp(`^## ${name}\n\n\`\`\`[a-z]*\n(.*?)\n\`\`\``, 'ms').exec(text)?.[1];
  if (sample === undefined) throw new Error(`The page has no sample "${name}".`);
  return sample;
}

export interface SampleFixture {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** A request of the page with another host and real keys in it and, where asked for, another customer. */
export function program(name: string, stand: SampleFixture, customerId?: string): string {
  const replaced = printedSample(name)
    .replaceAll('https://sandbox.bond.tech', stand.url)
    .replaceAll('YOUR-IDENTITY', stand.headers['Identity'] ?? '')
    .replaceAll(/YOUR-AUTHENTICATION|YOUR-AUTHORIZATION/g, stand.headers['Authorization'] ?? '')
    .replaceAll(/(?<=\/customers\/)[0-9a-f-]{36}/g, (id) => customerId ?? id);
  // These run as real processes: they must reach the server of the test and nobody else.
  if (/bond\.tech|YOUR-/.test(replaced)) throw new Error(`Not everything was replaced in "${name}".`);
  return replaced;
}

export interface ProcessResult {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** A process, run to its end. */
export function run(command: string, args: readonly string[]): Promise<ProcessResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const said = { out: '', err: '' };
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      said.out += chunk;
    });
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      said.err += chunk;
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, ...said }));
  });
}

/** Whether a shell gets through these words. */
export const succeeds = async (words: string): Promise<boolean> =>
  (await run('bash', ['-c', `${words} >/dev/null 2>&1`])).code === 0;

/** @throws a sentence with the package to install, where curl is not found by a shell that begins so. */
export async function requireCurl(begin = 'true'): Promise<void> {
  if (await succeeds(`${begin}; command -v curl`)) return;
  throw new Error(
    'The samples of the page are run with curl, which this machine does not have. Install the Debian package "curl": apt-get install curl',
  );
}
