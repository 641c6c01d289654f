import type { Refusal } from '../domain/errors.ts';
import { lacksRootVersion } from '../operations/keyrings.ts';
import type { ServerOptions } from './options.ts';

/** Tells the operator of a refusal that concerns them: an altered record, an outage, a missing version of the root key. */
export function reportRefusal(
  { observer, system }: Pick<ServerOptions, 'observer' | 'system'>,
  requestId: string,
  operation: string,
  { code, cause }: Refusal,
): void {
  if (code === 'record_altered' && cause instanceof Error)
    observer.recordAltered(requestId, operation, cause.message);
  if (code !== 'unavailable') return;
  observer.unavailable(requestId, operation, cause);
  if (lacksRootVersion(cause)) system.security.alarm(undefined, 'request', { mayWait: true });
}
