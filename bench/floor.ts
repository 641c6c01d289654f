import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FloorName } from './contenders.ts';
import { checkCustomer, checkPatch } from './floor-schemas.ts';
import { openStore } from './floor-store.ts';

/**
 * What Clientele is compared with: a server of customers as an expert would write it by hand, on bare `node:http`, with
 * plaintext columns in two tables, named statements down pipelines and a cached key check.
 *
 * - `bare` does nothing more: no validation, no sealing, no audit, no events, no log.
 * - `coalescing` is the bare one, but for gets: those that arrive during another one share its statement's successor.
 * - `equal` does what Clientele guarantees, without sealing: it validates bodies against a JSON schema, and writes an
 *   entry of an audit trail and an outbox row in the statement of the change.
 *
 * None has idempotency keys, versions, a chain of the trail, blind indexes, counts, roles or a log.
 */

const [url = '', digestHex = '', kind = 'bare'] = process.argv.slice(2);
const digest = Buffer.from(digestHex, 'hex');
const isEqual = kind === 'equal';
const store = await openStore(url, kind as FloorName);

const base = '/api/v0.1/customers';
const notFound = [404, '{}'] as const;
type Answer = readonly [status: number, body: string];

async function read(path: string): Promise<Answer> {
  if (path.startsWith(`${base}/`)) {
    const found = await store.get(path.slice(base.length + 1));
    return found === undefined ? notFound : [200, found];
  }
  const page = Number(/page=(\d+)/.exec(path)?.[1] ?? 1);
  return [200, await store.list((page - 1) * 20)];
}

async function change(method: string, path: string, body: string): Promise<Answer> {
  const id = path.slice(base.length + 1);
  if (method === 'DELETE') return (await store.remove(id)) ? [200, '{}'] : notFound;
  const sent = JSON.parse(body);
  if (path === `${base}/search`) return [200, await store.search(sent.email)];
  if (method === 'POST') {
    if (isEqual && !checkCustomer(sent)) return [400, '{}'];
    return [201, await store.create(sent)];
  }
  if (isEqual && !checkPatch(sent)) return [400, '{}'];
  const address = /^(.{36})\/addresses\/(.{36})$/.exec(id);
  const changed = address
    ? await store.patchAddress(address[1] ?? '', address[2] ?? '', sent.street2)
    : await store.patch(id, sent.phone);
  return changed === undefined ? notFound : [200, changed];
}

function isKnown({ headers }: IncomingMessage): boolean {
  const { identity, authorization } = headers;
  if (typeof identity !== 'string' || authorization === undefined) return false;
  return timingSafeEqual(createHash('sha256').update(authorization).digest(), digest);
}

async function answer(request: IncomingMessage, response: ServerResponse, body: string): Promise<void> {
  const { method = 'GET', url: path = '' } = request;
  const handle = () => (method === 'GET' ? read(path) : change(method, path, body));
  const [status, text] = isKnown(request) ? await handle() : ([401, '{}'] as const);
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}

const server = createServer((request, response) => {
  if (request.method === 'GET') {
    void answer(request, response, '');
    return;
  }
  let body = '';
  request.setEncoding('utf8');
  request.on('data', (chunk: string) => {
    body += chunk;
  });
  request.on('end', () => void answer(request, response, body));
}).listen(0, '127.0.0.1', () => {
  process.stderr.write(`port ${(server.address() as AddressInfo).port}\n`);
});
process.on('SIGTERM', () => process.exit(0));
