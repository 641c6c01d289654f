import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import fastify from 'fastify';
import { parseBody } from '../contract/json.ts';
import type { BrandOperationId, SessionOperationId, SignedOperationId } from '../contract/table.ts';
import { apiPrefix, operations } from '../contract/table.ts';
import type { ErrorCode } from '../domain/errors.ts';
import { Refusal } from '../domain/errors.ts';
import type { RecentRequest } from '../domain/requests/recent.ts';
import type { Principal } from '../operations/principal.ts';
import type { Handler } from '../operations/run.ts';
import type { System } from '../operations/system.ts';
import { handlers, sessionHandlers, signedHandlers } from '../operations/table.ts';
import { acceptBody, longestMs, watchBody } from './connections/body-watch.ts';
import { discardRest } from './connections/linger.ts';
import type { SocketRefuser } from './connections/socket.ts';
import {
  answerProtocolEvents,
  asksForUpgrade,
  isExpecting,
  lateBody,
  sendContinue,
  settle,
  socketLimits,
  socketRefuser,
  trackExchange,
} from './connections/socket.ts';
import type { ErrorAnswer } from './errors.ts';
import { errorAnswer, refusalOf } from './errors.ts';
import { correlationOf, hostLines, isPlainJson, wantsProblem } from './headers.ts';

import type { Observer } from './observe.ts';
import type { ServerOptions } from './options.ts';
import { RateLimited } from './rate-limit.ts';
import { reportRefusal } from './report.ts';
import { requestState } from './request-state.ts';
import { operationRoute, signedRoute } from './route.ts';
import { recordRefusal } from './security/events.ts';
import type { SessionHandler } from './sessions/route.ts';
import { sessionRoute } from './sessions/route.ts';

const bytesPerKib = 1024;
const ordinaryBody = 64 * bytesPerKib;
const largestBody = Math.max(ordinaryBody, ...operations.map(({ body }) => body?.limit ?? 0));

/**
 * Builds the server of the API without listening. A loop over the contract makes every route of the API. The rest
 * is HTTP and does not depend on any operation.
 */
export function buildServer(options: ServerOptions): FastifyInstance {
  const { observer } = options;
  const nextRequestId = requestIds();
  const refuse = socketRefuser(observer, nextRequestId);
  const app = fastify({
    ...(options.tls
      ? { https: { cert: options.tls.cert, key: options.tls.key, ...socketLimits } }
      : { http: socketLimits }),
    // Only a safeguard: headers have their own time, and so has every body.
    requestTimeout: socketLimits.headersTimeout + longestMs(largestBody, options.bodyPace()),
    logger: false,
    bodyLimit: ordinaryBody,
    genReqId: nextRequestId,
    trustProxy: options.trustProxy.length > 0 ? [...options.trustProxy] : false,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 16 * bytesPerKib },
    forceCloseConnections: 'idle',
    // `closing.ts` ends the connections.
    return503OnClosing: false,
    clientErrorHandler: refuse,
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) => {
      begin(options, refuse, request, reply);
      return sendError(options, request, reply, error);
    },
  } as object) as unknown as FastifyInstance;
  answerProtocolEvents(app, refuse);

  readBodies(app);

  app.addHook('onRequest', (request, reply, done) => {
    begin(options, refuse, request, reply);
    if (options.hstsSeconds !== undefined)
      reply.header('strict-transport-security', `max-age=${options.hstsSeconds}`);
    done(refusalAtOnce(options, request, reply));
  });
  app.setErrorHandler((error, request, reply) => sendError(options, request, reply, error));
  app.setNotFoundHandler((request, reply) => {
    throw notFound(request, reply);
  });

  for (const row of operations) {
    const { operationId } = row;
    if (operationId in signedHandlers) {
      app.route(signedRoute(options, row, signedHandlers[operationId as SignedOperationId]));
    } else if (operationId in sessionHandlers) {
      const handler = sessionHandlers[operationId as SessionOperationId];
      app.route(sessionRoute(options, row, handler as SessionHandler));
    } else {
      app.route(operationRoute(options, row, handlers[operationId as BrandOperationId] as Handler));
    }
  }
  return app;
}

/**
 * Reads JSON in UTF-8 and refuses every other content. A request without content has no media type to judge, so every
 * other media type counts as none until content comes. Fastify would refuse a malformed one before that.
 */
function readBodies(app: FastifyInstance): void {
  app.addHook('preParsing', (request, reply, _payload, done) => {
    const { bodyLimit } = request.routeOptions;
    const length = Number(request.headers['content-length'] ?? bodyLimit);
    if (length > bodyLimit) return done(new Refusal('payload_too_large'));
    acceptBody(request.raw, length);
    sendContinue(request.raw, reply.raw);
    return done(null);
  });
  app.removeAllContentTypeParsers();
  app.addHook('onRequest', ({ headers }, _reply, done) => {
    if (headers['content-type'] !== undefined && !isPlainJson(headers['content-type']))
      delete headers['content-type'];
    done();
  });
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    if (body.length === 0) return done(null, undefined);
    try {
      const { text, value } = parseBody(body as Buffer);
      const carried = requestState.get(request.raw);
      if (carried) carried.bodyText = text;
      done(null, value);
    } catch (error) {
      done(error as Error);
    }
  });
  app.addContentTypeParser('*', (_request, payload, done) => {
    let refused = false;
    payload.on('data', () => {
      if (!refused) done(new Refusal('unsupported_media_type'));
      refused = true;
    });
    payload.on('end', () => {
      if (!refused) done(null, undefined);
    });
    payload.on('error', done);
  });
}

/** Sets the headers of every answer, and logs one line for every request, whatever its outcome. */
function begin(
  { observer, bodyPace, isStopping, system }: ServerOptions,
  refuse: SocketRefuser,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  reply.header('x-request-id', request.id);
  reply.header('x-content-type-options', 'nosniff');
  reply.header('cache-control', 'no-store');
  if (isStopping() || asksForUpgrade(request.raw)) reply.header('connection', 'close');
  const { raw } = reply;
  watchBody(request.raw, bodyPace, () => refuse(lateBody(), request.raw.socket));
  trackExchange(request.id, request.raw, raw, (settledStatus, milliseconds) => {
    const { principal, code } = requestState.get(request.raw) ?? {};
    const seen = {
      requestId: request.id,
      operation: operationOf(request),
      method: request.method,
      status: settledStatus ?? (raw.writableFinished ? raw.statusCode : clientGone),
      milliseconds,
    };
    if (principal) noteRequest(system, principal, seen, code);
    observer.request({
      ...seen,
      brandId: principal?.brandId,
      identity: principal?.identity,
      correlation: correlationOf(request.raw),
    });
  });
}

const paths: ReadonlyMap<string, string> = new Map(
  operations.map(({ operationId, path }) => [operationId, path]),
);

/** Keeps a request for its brand to read. The pattern of the path stands for the path. */
function noteRequest(
  { requests, now }: System,
  { brandId, actor, session }: Principal,
  seen: Pick<RecentRequest, 'requestId' | 'operation' | 'method' | 'status' | 'milliseconds'>,
  code: ErrorCode | undefined,
): void {
  const { requestId, operation, method, status, milliseconds } = seen;
  const path = paths.get(operation);
  if (path === undefined) return;
  const isOfConsole = session !== undefined;
  // Each member is written out: every request makes one of these, and a spread takes several times as long.
  requests.note(brandId, {
    requestId,
    at: now(),
    method,
    path,
    operation,
    status,
    milliseconds,
    actor,
    isOfConsole,
    code,
  });
}

/** The status in the log if the client disconnected before its answer. It is never sent. */
const clientGone = 499;

/** The refusal for the head of a request, before any body is read. */
function refusalAtOnce(
  { isKnownHost, isPlainHttp }: ServerOptions,
  request: FastifyRequest,
  reply: FastifyReply,
): Refusal | undefined {
  const { host, 'content-encoding': encoding } = request.headers;
  // RFC 9112 section 3.2.
  const hosts = hostLines(request.raw);
  if (hosts > 1 || (hosts === 0 && request.raw.httpVersion === '1.1')) return new Refusal('input_error');
  if (host !== undefined && !isKnownHost(host)) return new Refusal('misdirected_request');
  if (isPlainHttp(request)) return new Refusal('https_required');
  if (request.is404 || isOtherAddress(request)) return notFound(request, reply);
  const mayHaveBody = request.method !== 'GET' && request.method !== 'HEAD';
  if (mayHaveBody && encoding !== undefined && encoding.toLowerCase() !== 'identity')
    return new Refusal('unsupported_media_type');
  return undefined;
}

/** The refusal if no route matches: the address does not exist, or it takes other methods. */
function notFound(request: FastifyRequest, reply: FastifyReply): Refusal {
  const allowed = methodsAt(request.url);
  if (allowed.length === 0 || allowed.includes(request.method)) return new Refusal('not_found');
  reply.header('allow', allowed.join(', '));
  return new Refusal('method_not_allowed');
}

/** A random prefix for each process and a counter: unique, short and independent of the client. */
function requestIds(): () => string {
  const process = randomBytes(6).toString('hex');
  let count = 0;
  return () => {
    count += 1;
    return `${process}-${count.toString(36)}`;
  };
}

/** The operation of a request, or its route if it is not one of the API. Never the address itself. */
function operationOf({ routeOptions }: FastifyRequest): string {
  const { operationId } = (routeOptions.config ?? {}) as { operationId?: string };
  return operationId ?? routeOptions.url ?? 'none';
}

function sendError(
  { observer, system }: ServerOptions,
  request: FastifyRequest,
  reply: FastifyReply,
  error: unknown,
): FastifyReply {
  const refusal = refusalOf(error) ?? refusalOfBroken(request) ?? faultAnswer(observer, request, error);
  const state = requestState.get(request.raw);
  if (state) state.code = refusal.code;
  recordRefusal(system, request, refusal);
  reportRefusal({ observer, system }, request.id, operationOf(request), refusal);
  const answer = errorAnswer(refusal, wantsProblem(request.headers.accept));
  if (answer.status === 401 && !reply.hasHeader('www-authenticate'))
    reply.header('www-authenticate', keyChallenge);
  if (answer.retryAfter !== undefined) reply.header('retry-after', String(answer.retryAfter));
  if (error instanceof RateLimited) {
    reply.header('ratelimit-policy', error.headers[0]).header('ratelimit', error.headers[1]);
  }
  reply.code(answer.status).type(answer.type);
  if (!leavesBody(request, reply, refusal)) return reply.send(answer.body);
  reply.header('connection', 'close').header('content-length', answer.body.length);
  return reply.send(Readable.from(answerBeforeRest(request.raw, answer)));
}

/** Whether the connection has to close because the rest of the body is not read as one. */
const leavesBody = ({ raw }: FastifyRequest, reply: FastifyReply, { code }: Refusal): boolean =>
  !raw.complete &&
  !raw.destroyed &&
  (code === 'payload_too_large' || reply.getHeader('connection') === 'close' || isExpecting(raw));

/** The client gets the whole answer at once. The connection ends after what the client is still sending. */
async function* answerBeforeRest(request: IncomingMessage, { status, body }: ErrorAnswer) {
  yield body;
  settle(request, status);
  await discardRest(request);
}

/** RFC 9110 section 15.5.2. The scheme is our own: no registered one describes two headers. */
const keyChallenge = 'Key realm="clientele", headers="Identity, Authorization"';

/** A client that disconnects during its body is not a fault of the service. This answer is not received. */
const refusalOfBroken = ({ raw }: FastifyRequest): Refusal | undefined =>
  raw.destroyed && !raw.complete ? new Refusal('input_error') : undefined;

/** A fault of the service: logged by kind and place, answered with the code of the operation. */
function faultAnswer(observer: Observer, request: FastifyRequest, error: unknown): Refusal {
  observer.fault(request.id, operationOf(request), error);
  const row = operations.find((one) => one.operationId === operationOf(request));
  return new Refusal(row?.unknownError ?? 'unknown_request');
}

const addresses = operations.map(({ method, path }) => ({
  method,
  isLiteral: !path.includes('{'),
  pattern: new RegExp(`^${apiPrefix}${path.replaceAll(/\{[^}]+\}/g, '[^/]+')}/?$`),
}));

/** The operations at an address. A literal address takes precedence over one with an id. */
function operationsAt(url: string) {
  const path = url.split('?')[0] ?? '';
  const found = addresses.filter(({ pattern }) => pattern.test(path));
  const literal = found.filter(({ isLiteral }) => isLiteral);
  return literal.length > 0 ? literal : found;
}

/** The methods that an address takes; empty if the address does not exist. */
const methodsAt = (url: string): readonly string[] => [
  ...new Set(operationsAt(url).flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method]))),
];

/** Whether the router matched a literal address with a route that has an id. */
function isOtherAddress({ url, method, routeOptions }: FastifyRequest): boolean {
  if (!routeOptions.url?.includes(':')) return false;
  return spelledOut.has((url.split('?')[0] ?? '').replace(/\/$/, '')) && !methodsAt(url).includes(method);
}

const spelledOut: ReadonlySet<string> = new Set(
  operations.filter(({ path }) => !path.includes('{')).map(({ path }) => apiPrefix + path),
);
