import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { ErrorAnswer } from './errors.ts';
import { errorAnswer, refusalOfParser } from './errors.ts';
import { acceptIn, wantsProblem } from './headers.ts';
import type { Observer } from './observe.ts';

/** The limits in time (milliseconds) and size of a request, for Node's server with or without TLS. */
export const socketLimits = {
  /** A whole request has 15 seconds and its headers 10. Node checks this once a second. */
  requestTimeout: 15_000,
  headersTimeout: 10_000,
  connectionsCheckingInterval: 1_000,
  handshakeTimeout: 10_000,
  maxHeaderSize: 16 * 1024,
  // Node would refuse with an empty body. The server itself refuses with a body of the catalogue.
  requireHostHeader: false,
} as const;

/** The state of a request while it is answered. */
export interface Exchange {
  readonly requestId: string;
  /** The status with which the parser closed its socket, if it did. */
  refused: number | undefined;
}

/** The request that is being answered on a socket. */
const exchanges = new WeakMap<Socket, Exchange>();

/** Tracks a request until its answer is sent or its client has disconnected. `ended` then runs once. */
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

/** `rawPacket` has the bytes that the parser was reading when it failed. */
type ParserError = Error & { readonly code?: string; readonly rawPacket?: Buffer };

export type SocketRefuser = (error: ParserError, socket: Socket) => void;

/** Bytes that cannot be parsed never become a request, so this writes the answer directly to the socket. */
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
    // A request in progress is logged when it ends. Bytes that never became a request are logged here.
    if (exchange) exchange.refused = answer.status;
    else observer.request({ ...unparsed, requestId, status: answer.status });
    socket.end(asBytes(answer, requestId), () => socket.destroySoon());
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

/** Answers the protocol errors that Node would answer with an empty body or without one. */
export function answerProtocolErrors(app: FastifyInstance, refuse: SocketRefuser): void {
  // RFC 9110 section 10.1.1 allows an unknown expectation to be ignored.
  app.server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => {
    app.server.emit('request', request, response);
  });
  app.server.on('connect', (_request: IncomingMessage, socket: Socket) => {
    refuse(Object.assign(new Error('CONNECT'), { code: 'HPE_INVALID_METHOD' }), socket);
  });
}
