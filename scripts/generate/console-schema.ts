import openapiTS, { astToString } from 'openapi-typescript';
import type { buildOpenApi } from '../../src/contract/openapi/document.ts';

/** The types of the console's calls: what openapi.json says, without its prose and examples. */
export async function consoleSchema(document: ReturnType<typeof buildOpenApi>): Promise<string> {
  const made = await openapiTS(withoutProse(structuredClone(document)) as never);
  return `// Made by \`npm run generate\` from openapi.json.\n${astToString(made)}`;
}

const prose: ReadonlySet<string> = new Set([
  'description',
  'summary',
  'example',
  'examples',
  'x-codeSamples',
]);

function withoutProse(value: unknown, isNameList = false): unknown {
  if (Array.isArray(value)) return value.map((one) => withoutProse(one));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      // A member of an object may have one of these names.
      .filter(([name, inside]) => isNameList || !prose.has(name) || typeof inside === 'boolean')
      .map(([name, inside]) => [name, withoutProse(inside, name === 'properties')]),
  );
}
