import type { IncomingMessage } from 'node:http';
import type { ErrorCode } from '../domain/errors.ts';
import type { Principal } from '../operations/principal.ts';

/** What one stage of handling a request passes to the next. */
export interface RequestState {
  /** `undefined`: the caller signs its request instead of sending a key. */
  readonly principal: Principal | undefined;
  /** The body's text as received, which the signature of a caller without a key covers. */
  bodyText: string;
  /** The code of the refusal, once it is refused. */
  code?: ErrorCode;
}

/** A separate map, because the properties of a request belong to Fastify. */
export const requestState = new WeakMap<IncomingMessage, RequestState>();
