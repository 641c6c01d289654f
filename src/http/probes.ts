import type { FastifyInstance } from 'fastify';
import type { Observer } from './observe.ts';

export interface Probes {
  readonly observer: Observer;
  readonly isReady: () => boolean;
}

/** The endpoints for an orchestrator: liveness, readiness and metrics. */
export function addProbes(app: FastifyInstance, { observer, isReady }: Probes): void {
  app.get('/livez', async () => ({ status: 'ok' }));
  app.get('/readyz', async (_request, reply) => {
    if (isReady()) return { status: 'ready' };
    reply.code(503).header('retry-after', '1');
    return { status: 'unavailable', reason: 'The database does not answer, or takes no writes.' };
  });
  app.get('/metrics', async (_request, reply) => {
    reply.type('text/plain; version=0.0.4; charset=utf-8');
    return observer.metrics();
  });
}
