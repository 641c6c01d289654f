import type { FastifyRequest } from 'fastify';
import type { Refusal } from '../../domain/errors.ts';
import { parseId } from '../../domain/ids.ts';
import type { SecurityEventName, SecurityFact } from '../../domain/security-events.ts';
import { refusalEvent, successEvent } from '../../domain/security-events.ts';
import { NetworkRefused } from '../../operations/principal.ts';
import type { System } from '../../operations/system.ts';
import { keyHeadersOf } from '../headers.ts';
import { requestState } from '../request-state.ts';
import { sourceOf } from './source.ts';
import { SourceLimited } from './source-guard.ts';

/** Records the security event of a refused request, where its code has one. */
export function recordRefusal({ security }: System, request: FastifyRequest, refusal: Refusal): void {
  const { operationId, isSigned = false } = configOf(request);
  if (operationId === undefined) return;
  if (refusal instanceof SourceLimited && !refusal.isFirst) return;
  const name = eventOf(refusal, isSigned);
  if (name === undefined) return;
  const outcome = name === 'record_altered' ? 'detected' : 'refused';
  security.record({ name, outcome, operation: operationId, ...callerOf(request, isSigned) });
}

function eventOf(refusal: Refusal, isSigned: boolean): SecurityEventName | undefined {
  if (refusal instanceof SourceLimited) return 'source_refused';
  if (refusal instanceof NetworkRefused) return 'network_refused';
  return refusalEvent(refusal.code, isSigned);
}

/** Records the security event of an operation that succeeded, where it has one. */
export function recordSuccess({ security }: System, request: FastifyRequest, operation: string): void {
  const name = successEvent(operation);
  if (name !== undefined)
    security.record({ name, outcome: 'succeeded', operation, ...callerOf(request, false) });
}

/** Records an event about a person in a request that belongs to no brand. */
export function recordPerson(
  { security }: System,
  request: FastifyRequest,
  { name, operation, operator }: Required<Pick<SecurityFact, 'name' | 'operation' | 'operator'>>,
): void {
  const about = { operation, operator, source: sourceOf(request), requestId: request.id };
  security.record({ name, outcome: 'succeeded', ...about });
}

interface RouteConfig {
  readonly operationId?: string;
  readonly isSigned?: boolean;
}

const configOf = ({ routeOptions }: FastifyRequest): RouteConfig =>
  (routeOptions.config ?? {}) as RouteConfig;

function callerOf(
  request: FastifyRequest,
  isSigned: boolean,
): Pick<SecurityFact, 'source' | 'key' | 'operator' | 'brandId' | 'requestId'> {
  const principal = requestState.get(request.raw)?.principal;
  if (principal?.person && principal.session) {
    const { person: operator, brandId } = principal;
    return { source: sourceOf(request), operator, brandId, requestId: request.id };
  }
  // The address of a callback names a brand, and the sender may have made it up.
  const [identity] = isSigned ? [] : keyHeadersOf(request.raw);
  return {
    source: sourceOf(request),
    key: principal?.identity ?? (identity === undefined ? undefined : parseId(identity)),
    brandId: principal?.brandId,
    requestId: request.id,
  };
}
