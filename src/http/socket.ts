import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { ErrorAnswer } from './errors.ts';
import { errorAnswer, refusalOfParser } from './errors.ts';
import { acceptIn, wantsProblem } from './headers.ts';
import type { Observer } from './observe.ts';

/** How long and how large a request may be, for Node's server, with TLS or without. Times in milliseconds. */
export const socketLimits = {
  /** A whole request has 15 seconds and its headers 10; looked after once a second. */
  requestTimeout: 15_000,
  headersTimeout: 10_000,
  connectionsCheckingInterval: 1_000,
  handshakeTimeout: 10_000,
  maxHeaderSize: 16 * 1024,
  // Node would refuse with an empty body; we refuse it ourselves, in our own words.
  requireHostHeader: false,
} as const;

/** What is known of a request while it is answered. */
export interface Exchange {
  readonly requestId: string;
  /** The status with which its socket was closed under it, if that happened. */
  refused: number | undefined;
}

/** Which request is being answered on a socket. */
const exchanges = new WeakMap<Socket, Exchange>();

/** Remembers a request until its answer is out or its client has gone; `ended` then runs once. */
export function trackExchange(
  requestId: string,
  response: ServerResponse,
  ended: (exchange: Exchange, milliseconds: number) => void,
): void {
  const { socket } = response;
  const start = performance.now();
  const exchange: Exchange = { requestId, refused: undefined };
  if (socket) exchanges.set(socket, exchange);
  response.once('close', () => {
    if (socket && exchanges.get(socket) === exchange) exchanges.delete(socket);
    ended(exchange, performance.now() - start);
  });
}

/** `rawPacket` is what the parser was reading when it gave up. */
type ParserError = Error & { readonly code?: string; readonly rawPacket?: Buffer };

export type SocketRefuser = (error: ParserError, socket: Socket) => void;

/** What cannot be parsed never becomes a request, so its answer is written to the socket by hand. */
export function socketRefuser(observer: Observer, nextRequestId: () => string): SocketRefuser {
  return (error, socket) => {
    const answering = (socket as { readonly _httpMessage?: ServerResponse })._httpMessage;
    if (!isOfParser(error.code) || !socket.writable || answering?.headersSent) {
      socket.destroy();
      return;
    }
    const exchange = exchanges.get(socket);
    const requestId = exchange?.requestId ?? nextRequestId();
    const refusal = refusalOfParser(error.code ?? '');
    const answer = errorAnswer(refusal, wantsProblem(acceptIn(error.rawPacket)));
    // A request that is under way is logged when it ends; what never became one is logged here.
    if (exchange) exchange.refused = answer.status;
    else observer.request({ ...nobody, requestId, status: answer.status });
    socket.end(asBytes(answer, requestId), () => socket.destroySoon());
  };
}

/**
 * Whether HTTP was spoken at all. Where TLS failed, or the connection itself, no answer would ever get
 * through, and waiting for that would keep the connection for ever.
 */
const isOfParser = (code = ''): boolean => code.startsWith('HPE_') || code === 'ERR_HTTP_REQUEST_TIMEOUT';

const nobody = {
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

/** What can be refused before there is a request. */
const reasons: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  431: 'Request Header Fields Too Large',
};

/** Takes over what Node would answer by itself, with an empty body or none at all. */
export function answerProtocolErrors(app: FastifyInstance, refuse: SocketRefuser): void {
  // RFC 9110 section 10.1.1 allows an unknown expectation to be ignored.
  app.server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => {
    app.server.emit('request', request, response);
  });
  app.server.on('connect', (_request: IncomingMessage, socket: Socket) => {
    refuse(Object.assign(new Error('CONNECT'), { code: 'HPE_INVALID_METHOD' }), socket);
  });
}
