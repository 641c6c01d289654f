import type { FastifyRequest, RouteOptions } from 'fastify';
import type { Input, OperationRow } from '../../contract/operation.ts';
import type { OperatorId } from '../../domain/ids.ts';
import type { SecurityEventName } from '../../domain/security-events.ts';
import { successEvent } from '../../domain/security-events.ts';
import type { SessionAnswer, SessionCall } from '../../operations/operators/signing-in/session-call.ts';
import type { System } from '../../operations/system.ts';
import { isLocalRequest } from '../hosts.ts';
import type { ServerOptions } from '../options.ts';
import { requestState } from '../request-state.ts';
import { inputReader, sendAnswer, urlOf, withSchemaError } from '../route.ts';
import { requireConfirmed, signedInPerson } from '../security/authenticate.ts';
import { recordPerson } from '../security/events.ts';
import { networkOf, sourceOf } from '../security/source.ts';
import { flowOf, requireSameOrigin, setCookie, setFlowCookie, tokenOf } from './cookies.ts';

export type SessionHandler = (
  system: System,
  call: SessionCall,
  input: Input<OperationRow>,
) => Promise<SessionAnswer>;

/** The route of a row for people: for signing in, and about the own session. */
export function sessionRoute(
  options: ServerOptions,
  row: OperationRow,
  handler: SessionHandler,
): RouteOptions {
  const { system, sessions, limiter, origin } = options;
  const read = inputReader(row);
  const calls = new WeakMap<object, SessionCall>();

  return {
    method: row.method,
    url: urlOf(row),
    config: { operationId: row.operationId },
    onRequest: async (request, reply) => {
      requestState.set(request.raw, { principal: undefined, bodyText: '' });
      requireSameOrigin(request);
      const signedIn = row.scope === 'session' ? await signedInPerson(options, request) : undefined;
      if (limiter && signedIn) {
        const [policy, limit] = limiter.take(signedIn.operator.operatorId);
        reply.header('ratelimit-policy', policy).header('ratelimit', limit);
      }
      if (row.confirmed && signedIn) await requireConfirmed(options, request, signedIn);
      calls.set(request.raw, {
        signedIn,
        token: tokenOf(origin, request),
        flow: flowOf(origin, request),
        network: networkOf(sourceOf(request)),
        isLocal: isLocalRequest(request.raw),
        requestId: request.id,
        operationId: row.operationId,
        origin: reachedAt(origin, request),
      });
    },
    handler: async (request, reply) => {
      const call = calls.get(request.raw);
      if (!call) throw new Error('A route for people ran without its call.');
      const input = read(request, { now: system.now(), sandbox: system.environment === 'sandbox' });
      const answer = await withSchemaError(row, () => handler(system, call, input)).finally(() => {
        // A refusal may have ended it, too.
        if (call.token !== undefined) sessions.forget(call.token);
      });
      if (answer.begun) reply.header('set-cookie', setCookie(origin, request, answer.begun.token));
      if (answer.hasEnded) reply.header('set-cookie', setCookie(origin, request, undefined));
      if (answer.begunFlow) reply.header('set-cookie', setFlowCookie(origin, request, answer.begunFlow));
      if (answer.hasEndedFlow) reply.header('set-cookie', setFlowCookie(origin, request, undefined));
      for (const [name, operator] of eventsOf(row.operationId, call, answer))
        recordPerson(system, request, { name, operation: row.operationId, operator });
      return sendAnswer(options, request, reply, row, answer);
    },
  };
}

/** What an answer leaves in the log of security events, and about whom. */
function eventsOf(
  operation: string,
  { signedIn }: SessionCall,
  { begun, changedOperator }: SessionAnswer,
): readonly (readonly [SecurityEventName, OperatorId])[] {
  const own = signedIn && successEvent(operation);
  return [
    ...(own ? ([[own, signedIn.operator.operatorId]] as const) : []),
    ...(changedOperator ? ([['operator_changed', changedOperator.operatorId]] as const) : []),
    ...(begun ? ([['signed_in', begun.operator.operatorId]] as const) : []),
  ];
}

/**
 * The address at which people reach the console. Without CLIENTELE_PUBLIC_URL it is this machine's: a request could
 * name any other.
 */
const reachedAt = (origin: string, { protocol, socket }: FastifyRequest): string =>
  origin === '' ? `${protocol}://localhost:${socket.localPort}` : new URL(origin).origin;
