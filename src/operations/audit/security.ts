import type { BrandId } from '../../domain/ids.ts';
import { parseId } from '../../domain/ids.ts';
import { commandEvent } from '../../domain/security-events.ts';
import type { System } from '../system.ts';

/** What an entry has to contain to be worth parsing: a command, or the announcement of many reveals. */
const marks = ['"actor":{"kind":"operator"', '"budget":"reveal"'] as const;

interface Entry {
  readonly actor: { readonly kind: string; readonly id?: string };
  readonly request_id?: string;
  readonly operation: string;
  readonly key?: string;
  readonly budget?: string;
  readonly refused?: boolean;
}

/**
 * The security event of an audit entry, when the entry gets its number. Commands run in processes of their own,
 * which end; so the process that sequences their entries records their events.
 */
export function recordEntry({ security }: System, brandId: BrandId, body: string): void {
  if (!marks.some((mark) => body.includes(mark))) return;
  const { actor, operation, request_id: requestId, key, budget, refused } = JSON.parse(body) as Entry;
  const about = { outcome: 'succeeded', brandId, operation } as const;
  if (budget === 'reveal' && actor.kind === 'key')
    security.record({ ...about, name: 'bulk_reveal', key: parseId(actor.id ?? ''), requestId });
  if (actor.kind !== 'operator') return;
  const name = refused ? 'approval_refused' : commandEvent(operation);
  const outcome = refused ? 'refused' : 'succeeded';
  if (name !== undefined) security.record({ ...about, outcome, name, key: parseId(key ?? '') });
}
