// Writes the files that are made from the code: `npm run generate`. With --check it writes nothing and fails if a
// file differs from the code. --into FOLDER replaces the project folder, for tests.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { buildOpenApi } from '../src/contract/openapi/document.ts';
import { commandsPage } from './generate/commands-page.ts';
import { configurationPage } from './generate/configuration-page.ts';
import { consoleSchema } from './generate/console-schema.ts';
import { errorsPage } from './generate/errors-page.ts';
import { eventsPage } from './generate/events-page.ts';
import { schemaFile } from './generate/schema.ts';
import { securityEventsPage } from './generate/security-events-page.ts';

const { values } = parseArgs({ options: { check: { type: 'boolean' }, into: { type: 'string' } } });
const folder = values.into ?? fileURLToPath(new URL('..', import.meta.url));

const openApi = buildOpenApi();
const files: Readonly<Record<string, string>> = {
  'openapi.json': `${JSON.stringify(openApi, null, 2)}\n`,
  'console/src/api/schema.d.ts': await consoleSchema(openApi),
  'docs/errors.md': errorsPage(),
  'docs/events.md': eventsPage(),
  'docs/configuration.md': configurationPage(),
  'docs/commands.md': commandsPage(),
  'docs/security-events.md': securityEventsPage(),
  'docs/schema.sql': await schemaFile(),
};

let drifted = 0;
for (const [name, made] of Object.entries(files)) {
  const path = join(folder, name);
  const found = await readFile(path, 'utf8').catch(() => undefined);
  if (found === made) continue;
  drifted += 1;
  if (values.check) {
    console.error(driftOf(name, found, made));
  } else {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, made);
    console.log(`Wrote ${name}.`);
  }
}
if (drifted === 0) console.log('All generated files are what the code says.');
else if (values.check) {
  console.error('Run `npm run generate`, look at the difference, and commit it together with its cause.');
  process.exitCode = 1;
}

/** Describes how a file differs from the code: the number of lines and the first difference. */
function driftOf(name: string, found: string | undefined, made: string): string {
  if (found === undefined) return `${name} is missing.`;
  const [before, after] = [found.split('\n'), made.split('\n')];
  const first = after.findIndex((line, index) => line !== before[index]);
  const at = first === -1 ? after.length : first;
  const gone = before.filter((line) => !after.includes(line)).length;
  const come = after.filter((line) => !before.includes(line)).length;
  return (
    `${name} is not what the code says: ${come} lines are missing from it, ${gone} are too many. ` +
    `The first difference is in line ${at + 1}:\n  in the file: ${before[at] ?? '(its end)'}\n  by the code: ${after[at] ?? '(its end)'}`
  );
}
