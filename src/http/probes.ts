import type { FastifyInstance } from 'fastify';

/** The endpoints for an orchestrator: liveness and readiness. They tell nothing else, so everybody may ask. */
export function addProbes(app: FastifyInstance, isReady: () => boolean): void {
  app.get('/livez', async () => ({ status: 'ok' }));
  app.get('/readyz', async (_request, reply) => {
    if (isReady()) return { status: 'ready' };
    reply.code(503).header('retry-after', '1');
    return { status: 'unavailable', reason: 'The database does not answer, or takes no writes.' };
  });
}
