import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { ErrorAnswer } from '../errors.ts';
import { errorAnswer, refusalOfParser } from '../errors.ts';
import { acceptIn, wantsProblem } from '../headers.ts';
import type { Observer } from '../observe.ts';
import { closeAfter, stopParsing } from './linger.ts';

/** The limits in time (milliseconds) and size of a request, for Node's server with or without TLS. */
export const socketLimits = {
  /** Node checks this once a second. `body-watch.ts` limits the time of the body. */
  headersTimeout: 10_000,
  connectionsCheckingInterval: 1_000,
  handshakeTimeout: 10_000,
  maxHeaderSize: 16 * 1024,
  // Node would refuse with an empty body. The server itself refuses with a body of the catalogue.
  requireHostHeader: false,
} as const;

/** The state of a request until it has arrived and is answered. */
export interface Exchange {
  readonly requestId: string;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** The answer, where it was sent before the response object could end. */
  settled: { readonly status: number; readonly at: number } | undefined;
}

/** The requests of each socket that have not arrived or are not answered, in their order. */
const exchanges = new WeakMap<Socket, Set<Exchange>>();

/** Tracks a request until its answer is sent or its client has disconnected. `ended` then runs once. */
export function trackExchange(
  requestId: string,
  request: IncomingMessage,
  response: ServerResponse,
  ended: (settledStatus: number | undefined, milliseconds: number) => void,
): void {
  const start = performance.now();
  const exchange: Exchange = { requestId, request, response, settled: undefined };
  const ofSocket = exchanges.get(request.socket) ?? new Set();
  exchanges.set(request.socket, ofSocket.add(exchange));
  response.once('close', () => {
    if (request.complete) ofSocket.delete(exchange);
    else request.once('close', () => ofSocket.delete(exchange));
    ended(exchange.settled?.status, (exchange.settled?.at ?? performance.now()) - start);
  });
}

/** The answers on a connection that are not sent. */
export const responsesOf = (socket: Socket): readonly ServerResponse[] =>
  [...(exchanges.get(socket) ?? [])].map(({ response }) => response);

/** Notes that the whole answer of a request is written, although its response has not ended. */
export function settle(request: IncomingMessage, status: number): void {
  for (const exchange of exchanges.get(request.socket) ?? [])
    if (exchange.request === request) exchange.settled = { status, at: performance.now() };
}

/** `rawPacket` has the bytes that the parser was reading when it failed. */
type ParserError = Error & { readonly code?: string; readonly rawPacket?: Buffer };

export type SocketRefuser = (error: ParserError, socket: Socket) => void;

/**
 * Bytes that cannot be parsed never become a request, so this writes the answer directly to the socket: after the
 * answers to the requests before them, and instead of the answer to a request whose body they are.
 */
export function socketRefuser(observer: Observer, nextRequestId: () => string): SocketRefuser {
  const refused = new WeakSet<Socket>();

  const answer = (error: ParserError, socket: Socket): void => {
    if (!socket.writable) return;
    const unread = [...(exchanges.get(socket) ?? [])].find(({ request }) => !request.complete);
    if (unread?.response.headersSent) return void closeAfter(socket);
    const requestId = unread?.requestId ?? nextRequestId();
    const refusal = errorAnswer(
      refusalOfParser(error.code ?? ''),
      wantsProblem(acceptIn(error.rawPacket) ?? unread?.request.headers.accept),
    );
    const { status } = refusal;
    // A request in progress is logged when it ends. Bytes that never became a request are logged here.
    if (unread) unread.settled = { status, at: performance.now() };
    else observer.request({ ...unparsed, requestId, status });
    void closeAfter(socket, asBytes(refusal, requestId));
  };

  return (error, socket) => {
    if (refused.has(socket)) return;
    if (!isOfParser(error.code) || !socket.writable) {
      socket.destroy();
      return;
    }
    refused.add(socket);
    stopParsing(socket);
    const waiting = [...(exchanges.get(socket) ?? [])].filter(({ request }) => request.complete);
    const last = waiting.at(-1);
    if (last) last.response.once('close', () => answer(error, socket));
    else answer(error, socket);
  };
}

/**
 * Whether the error comes from the HTTP parser. After a failure of TLS or of the connection, no answer can be sent,
 * and waiting for it would keep the connection open forever.
 */
const isOfParser = (code = ''): boolean => code.startsWith('HPE_') || code === 'ERR_HTTP_REQUEST_TIMEOUT';

const unparsed = {
  operation: 'none',
  method: 'none',
  milliseconds: 0,
  brandId: undefined,
  identity: undefined,
} as const;

function asBytes({ status, body, type }: ErrorAnswer, requestId: string): string {
  const allow = status === 405 ? 'Allow: GET, HEAD, POST, PATCH, DELETE\r\n' : '';
  return (
    `HTTP/1.1 ${status} ${reasons[status] ?? 'Error'}\r\nContent-Type: ${type}\r\nContent-Length: ${body.length}\r\n` +
    `X-Request-Id: ${requestId}\r\nX-Content-Type-Options: nosniff\r\nCache-Control: no-store\r\n${allow}` +
    `Connection: close\r\n\r\n${body}`
  );
}

/** The statuses of refusals before there is a request. */
const reasons: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  431: 'Request Header Fields Too Large',
};

/** Requests whose clients wait for `100 Continue` before they send the body. */
const expecting = new WeakSet<IncomingMessage>();

/** Whether the client has not been told to send its body. */
export const isExpecting = (request: IncomingMessage): boolean => expecting.has(request);

/** Tells a client that waits for it to send the body. */
export function sendContinue(request: IncomingMessage, response: ServerResponse): void {
  if (expecting.delete(request)) response.writeContinue();
}

/** Handles what Node would answer with an empty body, too early, or not at all. */
export function answerProtocolEvents(app: FastifyInstance, refuse: SocketRefuser): void {
  const { server } = app;
  // A client may close its side after the last request and still read the answers. Node leaves this off.
  Object.assign(server, { httpAllowHalfOpen: true });
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    expecting.add(request);
    server.emit('request', request, response);
  });
  // RFC 9110 section 10.1.1 allows an unknown expectation to be ignored.
  server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => {
    server.emit('request', request, response);
  });
  server.on('connect', (_request: IncomingMessage, socket: Socket) => {
    refuse(Object.assign(new Error('CONNECT'), { code: 'HPE_INVALID_METHOD' }), socket);
  });
}

/** The error of a body that arrives too slowly, as Node would report it. */
export const lateBody = (): Error =>
  Object.assign(new Error('The body arrives too slowly.'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' });

/**
 * Whether a request asks for another protocol. This server ignores that, but Node's parser skips the bytes that came
 * with such a request, and misses an error in those that follow: the connection cannot be used again.
 */
export const asksForUpgrade = ({ headers }: IncomingMessage): boolean =>
  headers.upgrade !== undefined && /upgrade/i.test(headers.connection ?? '');
