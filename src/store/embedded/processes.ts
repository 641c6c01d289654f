import { execFile } from 'node:child_process';
import { readdir, readFile, readlink } from 'node:fs/promises';

/** Start time of the process `pid` as the system prints it; undefined if it does not run or is a zombie. */
export async function processStartTime(pid: number): Promise<string | undefined> {
  if (process.platform !== 'linux') {
    const [state, ...began] = (await run('ps', ['-o', 'stat=', '-o', 'lstart=', '-p', `${pid}`]))
      .trim()
      .split(/\s+/);
    return state === undefined || state === '' || state.startsWith('Z') ? undefined : began.join(' ');
  }
  const line = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The second field is the program's name in parentheses; it may contain parentheses and spaces.
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
  return fields[0] === '' || fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
}

/** The command line of `pid` with spaces between the arguments, '' if there is no such process. */
export async function commandLine(pid: number): Promise<string> {
  if ((await processStartTime(pid)) === undefined) return '';
  if (process.platform !== 'linux') return run('ps', ['-ww', '-o', 'command=', '-p', `${pid}`]);
  const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return line.replaceAll('\0', ' ').trimEnd();
}

/** The working directory of `pid`, '' if it cannot be read. */
export async function workingDirectory(pid: number): Promise<string> {
  return readlink(`/proc/${pid}/cwd`).catch(() => '');
}

/** The pids of all visible processes. */
export async function allPids(): Promise<number[]> {
  const names =
    process.platform === 'linux' ? await readdir('/proc') : (await run('ps', ['-axo', 'pid='])).split(/\s+/);
  return names.filter((name) => /^\d+$/.test(name)).map(Number);
}

async function run(program: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    execFile(program, args, { env: { PATH: '/bin:/usr/bin', LC_ALL: 'C' } }, (_error, stdout) =>
      resolve(stdout),
    );
  });
}
