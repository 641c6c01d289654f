import { pageOf } from '../../contract/lists.ts';
import type { Input } from '../../contract/operation.ts';
import type { Contract } from '../../contract/table.ts';
import { cursorAfter, parseCursor } from '../../domain/paging.ts';
import type { NumberedRequest } from '../../domain/requests/recent.ts';
import { asciiJson } from '../../domain/text.ts';
import { withOffset } from '../../domain/time.ts';
import type { Answer, Context } from '../system.ts';

/** The last requests of the brand to this process. */
export async function listRequests(
  { system, scope }: Context,
  { query }: Input<Contract['listRequests']>,
): Promise<Answer> {
  const { status, operation, actor } = query;
  const filter = { status, operation, actor: actor?.toLowerCase(), withConsole: query.console === 'true' };
  const cursors = {
    parse: parseCursor,
    after: ({ number }: NumberedRequest) => cursorAfter(BigInt(number)),
  };
  const { rows, next_cursor } = await pageOf(query, cursors, async (before, most) =>
    system.requests.newest(scope.brandId, filter, before === undefined ? undefined : Number(before), most),
  );
  return {
    status: 200,
    body: asciiJson({ data: rows.map(shown), next_cursor, since: withOffset(system.requests.since) }),
  };
}

const shown = ({ at, requestId, milliseconds, code, ...request }: NumberedRequest) => ({
  at: withOffset(at),
  request_id: requestId,
  method: request.method,
  path: request.path,
  operation: request.operation,
  status: request.status,
  milliseconds: Math.round(milliseconds * 100) / 100,
  actor: request.actor,
  ...(code !== undefined && { code }),
});
