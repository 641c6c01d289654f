import type { FastifyInstance } from 'fastify';

/** The state of a process for an orchestrator. */
export type Readiness = 'ready' | 'stopping' | 'no database';

const reasons = {
  stopping: 'The process is stopping. Send requests to another one.',
  'no database': 'The database does not answer, or takes no writes.',
} as const;

/** The endpoints for an orchestrator: liveness and readiness. They tell nothing else, so everybody may ask. */
export function addProbes(app: FastifyInstance, readiness: () => Readiness): void {
  app.get('/livez', async () => ({ status: 'ok' }));
  app.get('/readyz', async (_request, reply) => {
    const now = readiness();
    if (now === 'ready') return { status: 'ready' };
    reply.code(503).header('retry-after', '1');
    return { status: 'unavailable', reason: reasons[now] };
  });
}
