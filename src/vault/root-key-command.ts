import { spawnSync } from 'node:child_process';
import type { Stats } from 'node:fs';
import { realpathSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { VaultError } from './vault-error.ts';

/** Milliseconds that a command has to answer. */
const timeoutMs = 10_000;
/** Bytes of the longest answer. */
const mostBytes = 65_536;

/** What a command gets on its standard input: one line of JSON, for a command that serves several purposes. */
const question = `${JSON.stringify({ protocol: 'clientele-root-key', version: 1, ask: 'root keys' })}\n`;

const byHand = 'Run it by hand as the user of Clientele to see why.';

/**
 * Runs a command without a shell and returns its standard output, which no message repeats. Its standard error is
 * that of this process. Throws `root_key` if it cannot be started, is too slow, or fails.
 */
export function askCommand([program = '', ...args]: readonly string[], withinMs: number = timeoutMs): string {
  refuseOpen(program);
  const { status, signal, stdout, error } = spawnSync(program, args, {
    input: question,
    stdio: ['pipe', 'pipe', 'inherit'],
    timeout: withinMs,
    killSignal: 'SIGKILL',
    maxBuffer: mostBytes,
  });
  const code = error && 'code' in error ? String(error.code) : undefined;
  if (code === 'ETIMEDOUT')
    throw failure(`did not answer within ${Math.round(withinMs / 1000)} seconds. ${byHand}`);
  if (code === 'ENOBUFS') throw failure(`answered more than ${mostBytes} bytes. ${byHand}`);
  // A command that needs no question may end before it has read it.
  if (code !== undefined && code !== 'EPIPE')
    throw failure(`cannot be started (${code}). Check the path of the program and who may run it.`);
  if (signal !== null) throw failure(`was ended by ${signal}. ${byHand}`);
  if (status !== 0) throw failure(`failed with exit code ${status}. ${byHand}`);
  const text = stdout.toString('utf8');
  stdout.fill(0);
  return text;
}

/**
 * Refuses a program that others than its owner could change or replace: they would get the root key. It is read
 * through links. Every folder above it and above the link counts, because who can rename a folder can put another in
 * its place. One that is not there fails when it is started.
 */
function refuseOpen(program: string): void {
  const target = resolved(program);
  if (target === undefined) return;
  const nearest = [target, dirname(target), dirname(program)];
  for (const path of new Set([...nearest, ...foldersAbove(target), ...foldersAbove(program)])) {
    const { mode } = statSync(path);
    // In a sticky folder like /tmp only owners rename what is theirs.
    if ((mode & 0o022) === 0 || ((mode & 0o1000) !== 0 && !nearest.includes(path))) continue;
    const what = path === target ? 'can be changed' : `is below the folder ${path}, which can be changed`;
    throw failure(
      `${what} by others than its owner (mode ${permissions(mode)}), who would get the root key. Close it with: chmod go-w '${path}' (and rotate the key if another account may have used it).`,
    );
  }
}

function foldersAbove(path: string): string[] {
  const parent = dirname(path);
  return parent === path ? [] : [parent, ...foldersAbove(parent)];
}

function resolved(program: string): string | undefined {
  try {
    return realpathSync(program);
  } catch {
    return undefined;
  }
}

const permissions = (mode: Stats['mode']): string => (mode & 0o777).toString(8);

const failure = (what: string): VaultError =>
  new VaultError('root_key', `The command of CLIENTELE_ROOT_KEY_COMMAND ${what}`);
