import type { Refusal } from '../domain/errors.ts';
import { lacksRootVersion } from '../operations/keyrings.ts';
import type { ServerOptions } from './options.ts';

/**
 * Tells the operator of a refusal that concerns them: an altered record, an outage, a missing version of the root key,
 * an answer of the provider of identities.
 */
export function reportRefusal(
  { observer, system }: Pick<ServerOptions, 'observer' | 'system'>,
  requestId: string,
  operation: string,
  { code, cause }: Refusal,
): void {
  if (code === 'record_altered' && cause instanceof Error)
    observer.recordAltered(requestId, operation, cause.message);
  const why = whyOf(cause);
  if (why !== undefined) observer.providerFailed(requestId, operation, why);
  if (code !== 'unavailable') return;
  observer.unavailable(requestId, operation, cause);
  if (lacksRootVersion(cause)) system.security.alarm(undefined, 'request', { mayWait: true });
}

/** What was wrong with an answer of the provider of identities: words of its own, without a value of a person. */
const whyOf = (cause: unknown): string | undefined => {
  const { failure, why } = (cause ?? {}) as { readonly failure?: unknown; readonly why?: unknown };
  return typeof failure === 'string' && typeof why === 'string' ? why : undefined;
};
