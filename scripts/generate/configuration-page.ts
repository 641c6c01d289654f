import { settings } from '../../src/settings.ts';

interface Setting {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
}

const beginning = `# Configuration

<!-- Made by \`npm run generate\` from src/settings.ts. -->

Environment variables configure Clientele. A sandbox needs none of them.
A variable that begins with \`CLIENTELE_\` and is not in this list stops every command, so that a misspelt one is
noticed. An empty variable counts as not set.
`;

/** `docs/configuration.md`: every setting, from the table that the program itself reads. */
export function configurationPage(): string {
  const sections = Object.entries(settings.properties as Readonly<Record<string, Setting>>).map(
    ([name, setting]) =>
      `## \`${name}\`\n\n${setting.description ?? ''}\n\n- Values: ${valuesOf(setting)}\n- Default: ${defaultOf(setting)}\n`,
  );
  return [beginning, ...sections].join('\n');
}

function valuesOf({ type, enum: values, minimum, maximum }: Setting): string {
  if (values) return values.map((value) => `\`${value}\``).join(', ');
  return type === 'integer' ? `a whole number from ${minimum} to ${maximum}` : 'text';
}

const defaultOf = ({ default: value }: Setting): string =>
  value === undefined || value === '' ? 'none' : `\`${String(value)}\``;
