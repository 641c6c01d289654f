// A process that serves, as test/promises/durability/serve.ts does, and dies at once where it is told to: the file
// `failpoint` in its data directory names a point. The process kills itself with SIGKILL when it reaches that point.
import { readFileSync } from 'node:fs';
import { ServerResponse } from 'node:http';
import { join } from 'node:path';
import pg from 'pg';
import type { Failpoint } from './failpoints.ts';

const { CLIENTELE_DATA_DIR } = JSON.parse(process.argv[2] ?? '{}') as { CLIENTELE_DATA_DIR: string };
const file = join(CLIENTELE_DATA_DIR, 'failpoint');

function armed(): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function pass(point: Failpoint): void {
  if (armed() === point) process.kill(process.pid, 'SIGKILL');
}

/** The points around a statement: before it is sent, when it has been sent, when its answer is in. */
const overrides: readonly (readonly [
  RegExp,
  Failpoint | undefined,
  Failpoint | undefined,
  Failpoint | undefined,
])[] = [
  [/^idempotency_find/, 'before the key is looked up', undefined, 'after the key was looked up'],
  [
    /^customer_create/,
    'before the change is sent',
    'when the change is sent',
    'when the change is committed',
  ],
  [/^sequence_oldest/, undefined, undefined, 'when the sequencer has looked'],
  [/^sequence_place/, 'before places are written', undefined, 'when places are written and not committed'],
  [/^notify/, 'before others are woken', undefined, undefined],
];

type Query = (this: unknown, config: unknown, ...rest: unknown[]) => unknown;
const { prototype } = pg.Client as unknown as { prototype: { query: Query } };
const send = prototype.query;
prototype.query = function (config, ...rest) {
  const { name, text } = (config ?? {}) as { name?: string; text?: string };
  const points = overrides.find(([pattern]) => pattern.test(name || text || ''));
  if (!points) return send.call(this, config, ...rest);
  const [, before, during, after] = points;
  if (before) pass(before);
  const last = rest.at(-1);
  if (after && typeof last === 'function') {
    rest[rest.length - 1] = (...answer: unknown[]) => {
      pass(after);
      last(...answer);
    };
  }
  const sent = send.call(this, config, ...rest);
  if (during) setImmediate(() => pass(during));
  return sent;
};

const end = ServerResponse.prototype.end;
ServerResponse.prototype.end = function (this: ServerResponse, ...rest: unknown[]) {
  const isChange = this.req?.method === 'POST';
  if (isChange) pass('before the answer is written');
  const ended = (end as (...all: unknown[]) => ServerResponse).apply(this, rest);
  if (isChange) this.once('finish', () => pass('when the answer is written'));
  return ended;
} as typeof end;

await import('../durability/serve.ts');
