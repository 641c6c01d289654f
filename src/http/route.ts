import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import { canonicalJson } from '../contract/json.ts';
import type { Input, OperationRow } from '../contract/operation.ts';
import { isRepeatable, isVersionedRead } from '../contract/operation.ts';
import { apiPrefix } from '../contract/table.ts';
import type { ShapeCheck } from '../contract/validate.ts';
import { checkTexts, checkVisible, readQuery, shapeCheck, withoutNulls } from '../contract/validate.ts';
import { Refusal } from '../domain/errors.ts';
import type { Id } from '../domain/ids.ts';
import { parseId } from '../domain/ids.ts';
import { InvalidInput, Problems } from '../domain/problems.ts';
import type { Scope } from '../domain/scopes.ts';
import type { ValidationContext } from '../domain/values.ts';
import { asRefusal } from '../operations/keyrings.ts';
import type { Principal } from '../operations/principal.ts';
import type { Handler, RepeatKey } from '../operations/run.ts';
import { perform } from '../operations/run.ts';
import type { Answer, SignedHandler } from '../operations/system.ts';
import { settle } from './connections/socket.ts';
import { etagOf, idempotencyKeyOf, isKnownVersion, preconditionOf, prefersText } from './headers.ts';
import type { ServerOptions } from './options.ts';
import { reportRefusal } from './report.ts';
import { requestState } from './request-state.ts';
import { authenticate, requireConfirmed } from './security/authenticate.ts';
import { recordSuccess } from './security/events.ts';

/**
 * The route of one row of the contract: it authenticates, checks the scope, reads and checks the input, runs the
 * operation and answers.
 */
export function operationRoute(options: ServerOptions, row: OperationRow, handler: Handler): RouteOptions {
  const { system, limiter } = options;
  const read = inputReader(row);
  const run: Handler = (context, input) => withSchemaError(row, () => handler(context, input));

  return {
    method: row.method,
    url: urlOf(row),
    config: { operationId: row.operationId },
    ...(row.body?.limit !== undefined && { bodyLimit: row.body.limit }),
    // Runs before the body is read, so that a client without a key cannot make this process hold 64 KiB.
    onRequest: async (request, reply) => {
      const principal = await authenticate(options, request);
      requestState.set(request.raw, { principal, bodyText: '' });
      if (limiter) {
        const [policy, limit] = limiter.take(principal.identity);
        reply.header('ratelimit-policy', policy).header('ratelimit', limit);
      }
      if (!hasScope(principal, row)) throw new Refusal('scope_err');
      if (row.confirmed) await requireConfirmed(options, request, principal);
    },
    handler: async (request, reply) => {
      const principal = requestState.get(request.raw)?.principal;
      if (!principal) throw new Error('A route of the API ran without a principal.');
      const validationContext = {
        now: system.now(),
        sandbox: system.environment === 'sandbox',
        validation: principal.validation,
      };
      const input = read(request, validationContext);
      refuseMembers(principal, row, input.body);
      const repeat = isRepeatable(row) ? repeatKeyOf(request, principal, row) : undefined;
      const call = { operationId: row.operationId, requestId: request.id };
      const done = await perform(system, principal, { call, handler: run, input, repeat });
      recordSuccess(system, request, row.operationId);
      if (done.replayed) reply.header('idempotent-replayed', 'true');
      return sendAnswer(options, request, reply, row, done.answer);
    },
  };
}

/** Adds the error code of the row to input that the operation itself finds invalid. */
export async function withSchemaError<Result>(
  row: OperationRow,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof InvalidInput ? new Refusal(row.schemaError, error.problems) : error;
  }
}

/** @throws Refusal `scope_err` where the body has a member that needs a scope which the key lacks. */
function refuseMembers({ scopes }: Principal, { memberScopes = {} }: OperationRow, body: unknown): void {
  for (const [member, scope] of Object.entries(memberScopes)) {
    if (scopes.has(scope) || (body as Readonly<Record<string, unknown>>)[member] === undefined) continue;
    throw new Refusal(
      'scope_err',
      `With ${member} in the body this operation also needs the scope ${scope}.`,
    );
  }
}

const hasScope = ({ scopes }: Principal, { scope, furtherScope }: OperationRow): boolean =>
  (furtherScope === undefined || scopes.has(furtherScope)) &&
  (scope === 'any key' || scopes.has(scope as Scope));

/**
 * The route of a row whose callers have no key. The operation receives the text of the body, because the signature
 * covers the text. The text is not parsed before the signature is verified.
 */
export function signedRoute(options: ServerOptions, row: OperationRow, handler: SignedHandler): RouteOptions {
  return {
    method: row.method,
    url: urlOf(row),
    config: { operationId: row.operationId, isSigned: true },
    onRequest: async (request) => {
      requestState.set(request.raw, { principal: undefined, bodyText: '' });
    },
    handler: async (request, reply) => {
      const params = readParams(row, request.params as Readonly<Record<string, string>>);
      const body = requestState.get(request.raw)?.bodyText ?? '';
      const answer = await handler(options.system, { params, headers: request.headers, body });
      return sendAnswer(options, request, reply, row, answer);
    },
  };
}

export const urlOf = ({ path }: OperationRow): string => apiPrefix + path.replaceAll(/\{([^}]+)\}/g, ':$1');

/**
 * The request as the first and the last under an Idempotency-Key are compared: by meaning, since blanks and the order
 * of members may differ from one sending to the next, and for the same API key, since an answer shows what the scopes
 * of its own key allow.
 */
function repeatKeyOf(
  request: FastifyRequest,
  { identity }: Principal,
  { repeatEndsWith }: OperationRow,
): RepeatKey | undefined {
  const key = idempotencyKeyOf(request.raw);
  if (key === undefined) return undefined;
  const path = request.url.toLowerCase().replace(/\/(?=\?|$)/, '');
  const text = `${identity}\n${request.method}\n${path}\n${canonicalJson(request.body)}`;
  return { key, request: text, endsWith: repeatEndsWith };
}

/** Compiles a row's checks once. Returns a function that reads one request. */
export function inputReader(row: OperationRow) {
  const queryCheck = shapeCheck(row.query ?? { type: 'object', additionalProperties: false });
  const bodyCheck = row.body && shapeCheck(row.body.schema);

  return (request: FastifyRequest, validationContext: ValidationContext): Input<OperationRow> => {
    const params = readParams(row, request.params as Readonly<Record<string, string>>);
    const query = readQuery(row.query, request.query as Readonly<Record<string, unknown>>);
    const problems = queryCheck(query);
    if (row.checkQuery) problems.addMissing(row.checkQuery(query));
    const { body, deferredProblems } = checkBody(row, bodyCheck, request.body, validationContext, problems);
    if (problems.any) throw new Refusal(row.schemaError, problems.toObject());
    const ifMatch = row.conditional ? preconditionOf(request.headers['if-match']) : 'none';
    return { params, query, body, deferredProblems, ifMatch } as unknown as Input<OperationRow>;
  };
}

function readParams(row: OperationRow, sent: Readonly<Record<string, string>>): Record<string, Id<string>> {
  const params: Record<string, Id<string>> = {};
  for (const [name, { invalid }] of Object.entries(row.params)) {
    const id = parseId(sent[name] ?? '');
    if (!id) throw new Refusal(invalid);
    params[name] = id;
  }
  return params;
}

interface CheckedBody {
  readonly body: unknown;
  readonly deferredProblems: Problems;
}

/**
 * Adds every problem of the body, in shape and values, to the problems. If the operation itself decides, every
 * problem is deferred instead, and a field of the wrong shape is left out of the body. The caller still gets all
 * problems in one answer, and nothing malformed reaches the operation.
 */
function checkBody(
  row: OperationRow,
  shape: ShapeCheck | undefined,
  sent: unknown,
  validationContext: ValidationContext,
  problems: Problems,
): CheckedBody {
  const found = new Problems();
  if (!row.body || !shape) {
    if (sent !== undefined) problems.add('body', 'This operation takes no body.');
    return { body: undefined, deferredProblems: found };
  }
  // In a change, null would ask to remove a value, which no field of ours allows.
  const body = row.method === 'POST' ? withoutNulls(sent, row.body.schema) : sent;
  checkTexts(body, row.body.schema, found);
  found.addMissing(shape(body));
  const misshapen = found.topFields();
  // A stored value may be sent back unchanged, even with a mark that is refused today.
  checkVisible(body, row.body.schema, found);
  found.addMissing(row.body.check(body, validationContext));
  if (row.body.problemsDecidedLater && !misshapen.has('body'))
    return { body: without(body, misshapen), deferredProblems: found };
  problems.addMissing(found);
  return { body, deferredProblems: found };
}

function without(body: unknown, fields: ReadonlySet<string>): unknown {
  if (fields.size === 0) return body;
  return Object.fromEntries(Object.entries(body as object).filter(([name]) => !fields.has(name)));
}

export function sendAnswer(
  options: ServerOptions,
  request: FastifyRequest,
  reply: FastifyReply,
  row: OperationRow,
  answer: Answer,
): FastifyReply {
  reply.code(answer.status);
  if (answer.version !== undefined) {
    reply.header('etag', etagOf(answer.version));
    if (isVersionedRead(row) && isKnownVersion(request.headers['if-none-match'], answer.version))
      return reply.code(304).send();
  }
  if (answer.page) {
    const { links, total } = answer.page;
    const path = options.origin + apiPrefix + row.path;
    reply.header('x-total-count', String(total));
    reply.header(
      'link',
      links.map(([relation, query]) => `<${path}?${query}>; rel="${relation}"`).join(', '),
    );
  }
  if (row.answer.text !== undefined && prefersText(request.headers.accept)) {
    return reply.type('text/plain; charset=utf-8').send(row.answer.text);
  }
  reply.type('application/json; charset=utf-8');
  if (!answer.rest) return reply.send(answer.body);
  const broken = (error: unknown) => noteBroken(options, reply, row, error);
  return reply.send(streamOf(answer.body, answer.rest, broken));
}

/** A piece that cannot be made ends the connection, so that nobody takes the beginning for the whole. */
function streamOf(
  body: string,
  rest: AsyncIterable<string>,
  broken: (error: unknown) => Promise<void>,
): Readable {
  async function* pieces(): AsyncGenerator<string> {
    yield body;
    try {
      yield* rest;
    } catch (error) {
      await broken(error);
      throw error;
    }
  }
  return Readable.from(pieces(), { objectMode: false });
}

/** Reports an answer that ended in the middle, as the answer of an error would have been. */
async function noteBroken(
  options: ServerOptions,
  { request: { id, raw }, raw: response }: FastifyReply,
  { operationId }: OperationRow,
  error: unknown,
): Promise<void> {
  if (response.destroyed) return; // The client has left.
  settle(raw, 500);
  const refusal = await asRefusal(options.system.db, error);
  if (refusal instanceof Refusal) reportRefusal(options, id, operationId, refusal);
  else options.observer.fault(id, operationId, error);
}
