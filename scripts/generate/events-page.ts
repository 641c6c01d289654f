import { customerExample } from '../../src/contract/customers/examples.ts';
import { eventExample, eventSchema } from '../../src/contract/webhooks/events.ts';
import { spacedJson } from '../../src/domain/text.ts';
import type { EventType } from '../../src/domain/webhooks/events.ts';
import { eventDays, eventTypes } from '../../src/domain/webhooks/events.ts';

/** docs/events.md, from the table of events. */
export function eventsPage(): string {
  const types = Object.keys(eventTypes) as EventType[];
  return `# Events

<!-- Made from src/domain/webhooks/events.ts and src/contract/webhooks/events.ts by npm run generate. -->

Every change of a customer leaves an event. It is written by the statement that makes the change, so there is no change without its event and no event without its change; it gets its number after the commit. Webhooks bring events (docs/webhooks.md); \`GET /events\` reads them for ${eventDays} days.

The body below is what a webhook sends and what the stream shows (there with \`event_id\` and \`number\` before it). It carries ids and the names of fields, never a value. A subscription with \`payload: "full"\` also gets \`customer\`, the whole customer with its SSN masked, as it was when the delivery was made.

| event | when |
| --- | --- |
${types.map((type) => `| [\`${type}\`](#${type.replaceAll(/[.]/g, '')}) | ${eventTypes[type]} |`).join('\n')}

A pattern with a \`*\` at its end matches all types with that beginning: \`customer*\`, \`kyc.*\`, \`*\`.

${types.map(section).join('\n')}
## A full payload

\`\`\`json
${JSON.stringify({ ...eventExample('customer.updated'), customer: customerExample }, null, 2)}
\`\`\`
`;
}

function section(type: EventType): string {
  const schema = eventSchema(type);
  const required = new Set<string>(schema.required ?? []);
  const rows = Object.entries(schema.properties as Readonly<Record<string, Described>>).map(
    ([name, { description = '', ...property }]) =>
      `| \`${name}\` | ${kindOf(property)} | ${required.has(name) ? 'always' : 'where it applies'} | ${name === 'event' ? `\`${type}\`` : description} |`,
  );
  return `## ${type}

${eventTypes[type]}

| member | type | | |
| --- | --- | --- | --- |
${rows.join('\n')}

\`\`\`json
${spacedJson(eventExample(type))}
\`\`\`

<details><summary>JSON Schema</summary>

\`\`\`json
${JSON.stringify(schema, null, 2)}
\`\`\`

</details>
`;
}

const kindOf = (property: Readonly<Record<string, unknown>>): string =>
  property['type'] === 'array' ? 'list of strings' : String(property['format'] ?? property['type']);

interface Described extends Readonly<Record<string, unknown>> {
  readonly description?: string;
}
