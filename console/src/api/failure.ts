/** Why a call has no answer, in words for the person who made it. */
export class Failure extends Error {
  override name = 'Failure';
  /** The HTTP status; 0 if no answer came. */
  readonly status: number;
  /** The code of the catalogue, `offline` if no answer came. */
  readonly code: string;
  /** The sentences of the API for each field, by its path: `addresses.0.zip_code`. */
  readonly fields: Readonly<Record<string, string>>;
  readonly requestId: string | undefined;
  /** Seconds until another try makes sense. */
  readonly retryAfter: number | undefined;

  constructor(
    message: string,
    parts: {
      readonly status: number;
      readonly code: string;
      readonly fields?: Readonly<Record<string, string>>;
      readonly requestId?: string;
      readonly retryAfter?: number;
    },
  ) {
    super(message);
    this.status = parts.status;
    this.code = parts.code;
    this.fields = parts.fields ?? {};
    this.requestId = parts.requestId;
    this.retryAfter = parts.retryAfter;
  }
}

export const offline = (): Failure =>
  new Failure('The server cannot be reached. Check the connection, then try again.', {
    status: 0,
    code: 'offline',
  });

/** The failure that an answer of the API tells. */
export function failureOf(response: Response, body: unknown): Failure {
  const { message, code, fields } = read(body);
  const seconds = Number(response.headers.get('Retry-After') ?? Number.NaN);
  return new Failure(message ?? sentenceFor(response.status), {
    status: response.status,
    code: code ?? `http_${response.status}`,
    fields,
    requestId: response.headers.get('X-Request-Id') ?? undefined,
    retryAfter: Number.isFinite(seconds) ? seconds : undefined,
  });
}

/** Any error as a failure: a fault of the console itself has no request. */
export const asFailure = (error: unknown): Failure =>
  error instanceof Failure
    ? error
    : new Failure('The console made a mistake. Load the page again.', { status: 0, code: 'console' });

interface Told {
  readonly message: string | undefined;
  readonly code: string | undefined;
  readonly fields: Readonly<Record<string, string>>;
}

function read(body: unknown): Told {
  if (typeof body !== 'object' || body === null) return { message: undefined, code: undefined, fields: {} };
  const { Message, Code } = body as { readonly Message?: unknown; readonly Code?: unknown };
  const code = typeof Code === 'string' ? Code : undefined;
  if (typeof Message === 'string') return { message: Message, code, fields: {} };
  const fields = Object.fromEntries(
    Object.entries(Message ?? {}).map(([name, sentences]) => [
      name,
      Array.isArray(sentences) ? sentences.join(' ') : String(sentences),
    ]),
  );
  const [only] = Object.values(fields);
  return {
    message:
      Object.keys(fields).length === 1 && only !== undefined ? only : 'Some fields have to be different.',
    code,
    fields,
  };
}

function sentenceFor(status: number): string {
  if (status === 429) return 'Too many requests were sent.';
  if (status === 503) return 'The database does not answer.';
  return `The server answered ${status} and did not say why.`;
}
