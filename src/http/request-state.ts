import type { IncomingMessage } from 'node:http';
import type { Principal } from '../operations/principal.ts';

/** What a request carries from one stage of its way to the next. */
export interface RequestState {
  /** None where the caller has no key but signs. */
  readonly principal: Principal | undefined;
  /** The body's text as it came, for telling a repeat from another request. */
  bodyText: string;
}

/** Kept beside the requests, not on them: what is on them is Fastify's. */
export const requestState = new WeakMap<IncomingMessage, RequestState>();
