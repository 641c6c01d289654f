import { execFile, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/**
 * How the samples of one language are run: all in one process, one after another, each as it is printed. The process
 * writes a mark before the output of each sample.
 */
interface Runner {
  /** What the machine lacks, or nothing. */
  readonly missing: () => string | undefined;
  /** The files of the program, and the commands that run it in their folder. */
  readonly program: (samples: readonly string[]) => {
    readonly files: Readonly<Record<string, string>>;
    readonly commands: readonly (readonly string[])[];
  };
}

const mark = '=== next sample ===';
const run = promisify(execFile);

const lacks = (command: string, ...check: readonly string[]) =>
  spawnSync(command, check, { stdio: 'ignore' }).status === 0 ? undefined : [command, ...check].join(' ');

/** Debian's package libokhttp-java brings all three. */
const jars = ['okhttp', 'okio', 'bcprov'].map((name) => `/usr/share/java/${name}.jar`);

export const runners: Readonly<Record<string, Runner>> = {
  Shell: {
    missing: () => lacks('bash', '--version') ?? lacks('curl', '--version'),
    program: (samples) => ({
      files: { 'samples.sh': samples.map((sample) => `echo '${mark}'\n${sample}\necho\n`).join('') },
      commands: [['bash', 'samples.sh']],
    }),
  },
  Ruby: {
    missing: () => lacks('ruby', '--version'),
    program: (samples) => ({
      files: {
        'samples.json': JSON.stringify(samples),
        'samples.rb': `
          require 'json'
          JSON.parse(File.read('samples.json')).each do |sample|
            puts '${mark}'
            eval(sample, Object.new.instance_eval { binding })
          end
        `,
      },
      commands: [['ruby', 'samples.rb']],
    }),
  },
  JavaScript: {
    missing: () => undefined,
    program: (samples) => ({
      files: {
        'samples.json': JSON.stringify(samples),
        // The value of a sample is its promise. Node's console would shorten what is deep in an answer.
        'samples.mjs': `
          import { readFileSync } from 'node:fs';
          import { runInNewContext } from 'node:vm';
          const written = { log: (answer) => console.log(JSON.stringify(answer)), error: console.error };
          for (const sample of JSON.parse(readFileSync('samples.json', 'utf8'))) {
            console.log('${mark}');
            await runInNewContext(sample, { fetch, console: written });
          }
        `,
      },
      commands: [[process.execPath, 'samples.mjs']],
    }),
  },
  Python: {
    missing: () => lacks('python3', '-c', 'import requests'),
    program: (samples) => ({
      files: {
        'samples.json': JSON.stringify(samples),
        'samples.py': [
          'import json',
          "for sample in json.load(open('samples.json')):",
          `    print('${mark}')`,
          '    exec(sample, {})',
        ].join('\n'),
      },
      commands: [['python3', 'samples.py']],
    }),
  },
  Java: {
    missing: () => lacks('javac', '-version') ?? jars.find((jar) => !existsSync(jar)),
    program: (samples) => ({
      // A sample ends with the answer, so the program prints it.
      files: {
        'Samples.java': `
          import okhttp3.*;
          class Samples {
            ${samples
              .map(
                (sample, index) =>
                  `static void sample${index}() throws Exception {\n${sample}\nSystem.out.println(response.body().string());\n}`,
              )
              .join('\n')}
            public static void main(String[] none) throws Exception {
              ${samples.map((_, index) => `System.out.println("${mark}"); sample${index}();`).join('\n')}
              System.exit(0);
            }
          }
        `,
      },
      commands: [
        ['javac', '-nowarn', '-cp', jars.join(':'), 'Samples.java'],
        ['java', '-cp', [...jars, '.'].join(':'), 'Samples'],
      ],
    }),
  },
};

/** Runs the samples in their order. Resolves with what each of them printed. */
export async function runSamples(
  { program }: Runner,
  samples: readonly string[],
): Promise<readonly string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'clientele-samples-'));
  try {
    const { files, commands } = program(samples);
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
    let printed = '';
    for (const [command = '', ...rest] of commands) {
      printed = (await run(command, rest, { cwd: folder, maxBuffer: 64 * 1024 * 1024 })).stdout;
    }
    return printed.split(`${mark}\n`).slice(1);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
