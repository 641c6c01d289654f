import { usualItems } from '../../contract/lists.ts';
import type { Input } from '../../contract/operation.ts';
import type { Contract } from '../../contract/table.ts';
import { InvalidInput, notValid, Refusal } from '../../domain/errors.ts';
import { parseId } from '../../domain/ids.ts';
import { cursorAfter, parseCursor } from '../../domain/paging.ts';
import { Problems } from '../../domain/problems.ts';
import { typesOf } from '../../domain/webhooks/events.ts';
import type { EventQuery } from '../../store/webhooks/events.ts';
import { readEvents } from '../../store/webhooks/events.ts';
import type { Answer, Context } from '../system.ts';

export async function listEvents(
  { scope }: Context,
  { query }: Input<Contract['listEvents']>,
): Promise<Answer> {
  const page = await readEvents(scope, queryOf(query));
  // Whoever goes on from a cursor has to hear of a gap; whoever begins takes what there is.
  if (query.cursor !== undefined && (parseCursor(query.cursor) ?? 0n) + 1n < page.oldest)
    throw new Refusal('events_gone');
  const data = page.events.map(
    ({ eventId, number, payload }) => `{"event_id":"${eventId}","number":${number},${payload.slice(1)}`,
  );
  return { status: 200, body: `{"data":[${data.join(',')}],"next_cursor":"${cursorAfter(page.upTo)}"}` };
}

function queryOf(query: Input<Contract['listEvents']>['query']): EventQuery {
  const problems = new Problems();
  const types = query.type === undefined ? undefined : typesOf(query.type);
  if (types?.length === 0) problems.add('type', 'No event is called so: docs/events.md lists them.');
  if (query.customer_id !== undefined && !parseId(query.customer_id))
    problems.add('customer_id', 'Not a valid UUID.');
  const after = query.cursor === undefined ? 0n : parseCursor(query.cursor);
  if (after === undefined) problems.add('cursor', notValid);
  if (problems.any) throw new InvalidInput(problems.toObject());
  return {
    types,
    customerId: query.customer_id,
    after: after ?? 0n,
    most: query.limit ?? usualItems,
  };
}
