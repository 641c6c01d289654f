import type { KeyCheck } from '../operations/principal.ts';
import type { System } from '../operations/system.ts';
import type { Observer } from './observe.ts';
import type { RateLimiter } from './rate-limit.ts';

/** What a server is built from. */
export interface ServerOptions {
  readonly system: System;
  readonly keys: KeyCheck;
  readonly observer: Observer;
  /** None in a sandbox. */
  readonly limiter: RateLimiter | undefined;
  /** Whether the server is known under what a Host header says. */
  readonly isKnownHost: (host: string | undefined) => boolean;
  /** Seconds for which browsers keep to HTTPS; only in live and with a certificate of the server's own. */
  readonly hstsSeconds: number | undefined;
  /** PEM. */
  readonly tls?: { readonly cert: Buffer; readonly key: Buffer } | undefined;
  /** CIDRs of proxies whose `X-Forwarded-*` headers are believed. */
  readonly trustProxy: readonly string[];
}
