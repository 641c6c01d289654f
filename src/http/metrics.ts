import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, RequestListener } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { Refusal } from '../domain/errors.ts';
import { isLocalRequest } from './hosts.ts';
import type { Observer } from './observe.ts';

/** Who may read the metrics. */
export interface MetricsAccess {
  /** Whether every client may, where there is no token: in a sandbox. */
  readonly isOpen: boolean;
  /** What a reader from elsewhere sends as `Authorization: Bearer`. */
  readonly token: string | undefined;
}

const contentType = 'text/plain; version=0.0.4; charset=utf-8';

/** `/metrics` at the address of the API: for this machine, and for readers with the token. */
export function addMetrics(app: FastifyInstance, observer: Observer, access: MetricsAccess): void {
  app.get('/metrics', async (request, reply) => {
    const isOpen = access.isOpen && access.token === undefined;
    if (!isOpen && !isLocalRequest(request.raw) && !hasToken(request.raw, access.token)) {
      reply.header('www-authenticate', 'Bearer');
      throw new Refusal('metrics_auth');
    }
    reply.type(contentType);
    return observer.metrics();
  });
}

/** `/metrics` at an address of its own: for everybody who reaches it, or for readers with the token. */
export function metricsListener(
  observer: Observer,
  token: string | undefined,
  isKnownHost: (host: string | undefined) => boolean,
): RequestListener {
  return (request, response) => {
    const answer = (status: number, body: string, headers: Readonly<Record<string, string>> = {}) =>
      response
        .writeHead(status, {
          'Content-Type': 'text/plain; charset=utf-8',
          'Cache-Control': 'no-store',
          ...headers,
        })
        .end(request.method === 'HEAD' ? undefined : body);
    if (!isKnownHost(request.headers.host)) return answer(421, 'This server is not known under that name.\n');
    if (request.url?.split('?')[0] !== '/metrics') return answer(404, 'Only /metrics is here.\n');
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return answer(405, 'Use GET.\n', { Allow: 'GET, HEAD' });
    if (token !== undefined && !hasToken(request, token))
      return answer(401, 'Send the token of CLIENTELE_METRICS_TOKEN_FILE as Authorization: Bearer.\n', {
        'WWW-Authenticate': 'Bearer',
      });
    return void observer.metrics().then(
      (text) => answer(200, text, { 'Content-Type': contentType }),
      () => answer(500, 'The metrics cannot be read.\n'),
    );
  };
}

/** Compares digests, so that the time does not tell how much of a guess was right. */
function hasToken({ headers }: IncomingMessage, token: string | undefined): boolean {
  const [, given] = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '') ?? [];
  return token !== undefined && given !== undefined && timingSafeEqual(digest(given), digest(token));
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
