import { defaultListItems } from '../../contract/lists.ts';
import type { Input } from '../../contract/operation.ts';
import type { Contract } from '../../contract/table.ts';
import { Refusal } from '../../domain/errors.ts';
import { cursorAfter, parseCursor } from '../../domain/paging.ts';
import { typesOf } from '../../domain/webhooks/events.ts';
import type { EventQuery } from '../../store/webhooks/events.ts';
import { readEvents } from '../../store/webhooks/events.ts';
import { requireProvenEvent } from '../journal.ts';
import type { Answer, Context } from '../system.ts';

export async function listEvents(
  { scope, system }: Context,
  { query }: Input<Contract['listEvents']>,
): Promise<Answer> {
  const page = await readEvents(scope, queryOf(query));
  // A client that continues from a cursor must learn of a gap; a client without one gets the events that exist.
  if (query.cursor !== undefined && (parseCursor(query.cursor) ?? 0n) + 1n < page.oldest)
    throw new Refusal('events_gone');
  for (const event of page.events) requireProvenEvent(system, scope.brandId, event);
  const data = page.events.map(
    ({ eventId, number, payload }) => `{"event_id":"${eventId}","number":${number},${payload.slice(1)}`,
  );
  return { status: 200, body: `{"data":[${data.join(',')}],"next_cursor":"${cursorAfter(page.upTo)}"}` };
}

const queryOf = ({
  type,
  customer_id: customerId,
  cursor,
  limit,
}: Input<Contract['listEvents']>['query']): EventQuery => ({
  types: type === undefined ? undefined : typesOf(type),
  customerId,
  after: (cursor === undefined ? undefined : parseCursor(cursor)) ?? 0n,
  most: limit ?? defaultListItems,
});
