import type { FastifyRequest } from 'fastify';
import type { SessionCheck } from '../operations/operators/sessions.ts';
import type { KeyCheck } from '../operations/principal.ts';
import type { System } from '../operations/system.ts';
import type { BodyPace } from './connections/body-watch.ts';
import type { Observer } from './observe.ts';
import type { RateLimiter } from './rate-limit.ts';
import type { SourceGuard } from './security/source-guard.ts';

/** The options of a server. */
export interface ServerOptions {
  readonly system: System;
  readonly keys: KeyCheck;
  readonly sessions: SessionCheck;
  readonly observer: Observer;
  /** `undefined` in a sandbox. */
  readonly limiter: RateLimiter | undefined;
  /** `undefined` in a sandbox. */
  readonly sourceGuard: SourceGuard | undefined;
  /** Whether a Host header names this server. */
  readonly isKnownHost: (host: string | undefined) => boolean;
  /** Whether a request came in plain HTTP past the declared proxies. */
  readonly isPlainHttp: (request: FastifyRequest) => boolean;
  /** What links begin with: the public URL, or nothing where none is set, so that they are relative. */
  readonly origin: string;
  /** Seconds of `Strict-Transport-Security`. Set only in live with the server's own certificate. */
  readonly hstsSeconds: number | undefined;
  /** Whether the server is stopping, so that every answer ends its connection. */
  readonly isStopping: () => boolean;
  /** How fast bodies have to arrive now. */
  readonly bodyPace: () => BodyPace;
  /** PEM. */
  readonly tls?: { readonly cert: Buffer; readonly key: Buffer } | undefined;
  /** CIDRs of proxies whose `X-Forwarded-*` headers are trusted. */
  readonly trustProxy: readonly string[];
}
