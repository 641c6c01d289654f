import { defaultListItems, spanOf } from '../../contract/lists.ts';
import type { Input } from '../../contract/operation.ts';
import type { Contract } from '../../contract/table.ts';
import { Refusal } from '../../domain/errors.ts';
import { cursorAfter, parseCursor } from '../../domain/paging.ts';
import { typesOf } from '../../domain/webhooks/events.ts';
import type { StoredEvent } from '../../store/audit/journal.ts';
import type { EventFilter } from '../../store/webhooks/events.ts';
import { readEvents, readNewestEvents } from '../../store/webhooks/events.ts';
import { requireProvenEvent } from '../journal.ts';
import type { Answer, Context } from '../system.ts';

type Query = Input<Contract['listEvents']>['query'];

export async function listEvents(
  context: Context,
  { query }: Input<Contract['listEvents']>,
): Promise<Answer> {
  const { scope, system } = context;
  const { events, next } = await (query.order === 'newest' ? newest : oldest)(context, query);
  for (const event of events) requireProvenEvent(system, scope.brandId, event);
  const data = events.map(
    ({ eventId, number, payload }) => `{"event_id":"${eventId}","number":${number},${payload.slice(1)}`,
  );
  return { status: 200, body: `{"data":[${data.join(',')}],"next_cursor":${JSON.stringify(next)}}` };
}

interface Listed {
  readonly events: readonly StoredEvent[];
  readonly next: string | null;
}

async function oldest({ scope }: Context, query: Query): Promise<Listed> {
  const after = cursorOf(query) ?? 0n;
  const page = await readEvents(scope, { ...filterOf(query), after, most: limitOf(query) });
  // A client that continues from a cursor must learn of a gap; a client without one gets the events that exist.
  if (query.cursor !== undefined && after + 1n < page.oldest) throw new Refusal('events_gone');
  return { events: page.events, next: cursorAfter(page.upTo) };
}

async function newest({ scope }: Context, query: Query): Promise<Listed> {
  const page = await readNewestEvents(scope, {
    ...filterOf(query),
    before: cursorOf(query),
    most: limitOf(query),
  });
  return { events: page.events, next: page.last === undefined ? null : cursorAfter(page.last) };
}

const cursorOf = ({ cursor }: Query) => (cursor === undefined ? undefined : parseCursor(cursor));
const limitOf = ({ limit }: Query): number => limit ?? defaultListItems;

const filterOf = ({ type, customer_id: customerId, from, to }: Query): EventFilter => ({
  types: type === undefined ? undefined : typesOf(type),
  customerId,
  ...spanOf({ ...(from !== undefined && { from }), ...(to !== undefined && { to }) }),
});
