import type { ShownEntry, TrailTable } from '../../../operations/audit/exports/writer.ts';
import { csvOf } from '../../csv.ts';

const columns = [
  'number',
  'at',
  'actor',
  'actor_id',
  'request_id',
  'operation',
  'customer_id',
  'fields',
  'has_reason',
  'more',
  'hash',
];

/** The audit trail as a table. `more` has what has no column, as JSON. */
export const auditTable = (withReasons: boolean): TrailTable => ({
  head: csvOf([withReasons ? [...columns, 'reason'] : columns]),
  rows: (entries) =>
    csvOf(entries.map((entry) => (withReasons ? [...cellsOf(entry), entry.reason ?? ''] : cellsOf(entry)))),
});

interface EntryBody {
  readonly at: string;
  readonly actor: { readonly kind: string; readonly id?: string; readonly user?: string };
  readonly request_id?: string;
  readonly operation: string;
  readonly customer_id?: string;
  readonly fields?: readonly string[];
  readonly has_reason?: boolean;
}

function cellsOf({ number, body, hash }: ShownEntry): readonly string[] {
  const { at, actor, request_id, operation, customer_id, fields, has_reason, ...more } = JSON.parse(
    body,
  ) as EntryBody;
  return [
    String(number),
    at,
    actor.kind,
    actor.id ?? actor.user ?? '',
    request_id ?? '',
    operation,
    customer_id ?? '',
    fields?.join(' ') ?? '',
    has_reason ? 'yes' : '',
    Object.keys(more).length === 0 ? '' : JSON.stringify(more),
    hash,
  ];
}
