import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import fastify from 'fastify';
import type { OperationId } from '../contract/table.ts';
import { apiPrefix, contract, operations } from '../contract/table.ts';
import { Refusal } from '../domain/errors.ts';
import type { Handler } from '../operations/run.ts';
import { handlers } from '../operations/table.ts';
import { errorAnswer, refusalOf, refusalOfParser } from './errors.ts';
import { isPlainJson, wantsProblem } from './headers.ts';
import { parseBody } from './json.ts';
import type { Observer } from './observe.ts';
import type { ServerOptions } from './options.ts';
import { passing } from './passing.ts';
import { RateLimited } from './rate-limit.ts';
import { operationRoute } from './route.ts';

const kibi = 1024;

/**
 * The API as a server that is not listening yet. Every route of the API is made by the loop over the
 * contract; the rest is what HTTP needs. Knows nothing of what the operations are about.
 */
export function buildServer(options: ServerOptions): FastifyInstance {
  const { observer } = options;
  const nextRequestId = requestIds();
  const app = fastify({
    ...(options.tls && { https: options.tls }),
    logger: false,
    bodyLimit: 64 * kibi,
    genReqId: nextRequestId,
    trustProxy: options.trustProxy.length > 0 ? [...options.trustProxy] : false,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 16 * kibi },
    // A whole request has 15 seconds, its headers 10; looked after once a second.
    requestTimeout: 15_000,
    http: { headersTimeout: 10_000, connectionsCheckingInterval: 1_000, maxHeaderSize: 16 * kibi },
    forceCloseConnections: 'idle',
    clientErrorHandler: refuseOnSocket,
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) =>
      sendError(observer, request, reply, error),
  } as object) as unknown as FastifyInstance;

  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    if (!isPlainJson(request.headers['content-type'])) return done(new Refusal('unsupported_media_type'));
    if (body.length === 0) return done(null, undefined);
    try {
      const { text, value } = parseBody(body as Buffer);
      const carried = passing.get(request.raw);
      if (carried) carried.bodyText = text;
      done(null, value);
    } catch (error) {
      done(error as Error);
    }
  });

  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id);
    reply.header('x-content-type-options', 'nosniff');
    if (request.url.startsWith('/api/')) reply.header('cache-control', 'no-store');
    const encoding = request.headers['content-encoding'];
    if (encoding !== undefined && encoding.toLowerCase() !== 'identity')
      return done(new Refusal('unsupported_media_type'));
    done();
  });
  app.addHook('onResponse', (request, reply, done) => {
    const principal = passing.get(request.raw)?.principal;
    observer.request({
      requestId: request.id,
      operation: operationOf(request),
      method: request.method,
      status: reply.statusCode,
      milliseconds: reply.elapsedTime,
      brandId: principal?.brandId,
      identity: principal?.identity,
    });
    done();
  });
  app.setErrorHandler((error, request, reply) => sendError(observer, request, reply, error));
  app.setNotFoundHandler((request, reply) => {
    const allowed = methodsAt(request.url);
    if (allowed.length === 0 || allowed.includes(request.method)) throw new Refusal('not_found');
    reply.header('allow', allowed.join(', '));
    throw new Refusal('method_not_allowed');
  });

  for (const [operationId, row] of Object.entries(contract)) {
    app.route(operationRoute(options, row, handlers[operationId as OperationId] as Handler));
  }
  return app;
}

/** A random beginning for each process and a counter: unique, short, and nothing of the client's in it. */
function requestIds(): () => string {
  const process = randomBytes(6).toString('hex');
  let count = 0;
  return () => {
    count += 1;
    return `${process}-${count.toString(36)}`;
  };
}

/** The operation of a request, or its route where it is none of the API's. Never the address itself. */
function operationOf({ routeOptions }: FastifyRequest): string {
  const { operationId } = (routeOptions.config ?? {}) as { operationId?: string };
  return operationId ?? routeOptions.url ?? 'none';
}

function sendError(
  observer: Observer,
  request: FastifyRequest,
  reply: FastifyReply,
  error: unknown,
): FastifyReply {
  const refusal = refusalOf(error) ?? faultAnswer(observer, request, error);
  const answer = errorAnswer(refusal, wantsProblem(request.headers.accept));
  if (answer.retryAfter !== undefined) reply.header('retry-after', String(answer.retryAfter));
  if (error instanceof RateLimited) {
    reply.header('ratelimit-policy', error.headers[0]).header('ratelimit', error.headers[1]);
  }
  return reply.code(answer.status).type(answer.type).send(answer.body);
}

/** A fault of ours: logged by its kind and place, answered with the code of the operation. */
function faultAnswer(observer: Observer, request: FastifyRequest, error: unknown): Refusal {
  observer.fault(request.id, operationOf(request), error);
  const row = operations.find((one) => one.operationId === operationOf(request));
  return new Refusal(row?.unknownError ?? 'unknown_request');
}

const patterns = operations.map((row) => ({
  method: row.method,
  pattern: new RegExp(`^${apiPrefix}${row.path.replaceAll(/\{[^}]+\}/g, '[^/]+')}/?$`),
}));

/** The methods that an address takes; empty where there is nothing. */
function methodsAt(url: string): readonly string[] {
  const path = url.split('?')[0] ?? '';
  const methods = new Set<string>();
  for (const { method, pattern } of patterns) {
    if (!pattern.test(path)) continue;
    methods.add(method);
    if (method === 'GET') methods.add('HEAD');
  }
  return [...methods];
}

/** What cannot be parsed never becomes a request, so its answer is written to the socket by hand. */
function refuseOnSocket(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const { status, body, type } = errorAnswer(refusalOfParser(error.code ?? ''), false);
  const allow = status === 405 ? 'Allow: GET, HEAD, POST, PATCH, DELETE\r\n' : '';
  const head =
    `HTTP/1.1 ${status} ${reasons[status] ?? 'Error'}\r\nContent-Type: ${type}\r\nContent-Length: ${body.length}\r\n` +
    `X-Content-Type-Options: nosniff\r\nCache-Control: no-store\r\n${allow}Connection: close\r\n\r\n`;
  socket.end(head + body, () => socket.destroySoon());
}

/** What can be refused before there is a request. */
const reasons: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  431: 'Request Header Fields Too Large',
};
