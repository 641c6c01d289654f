import { createHmac, randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { portOf } from './internet.ts';

/**
 * A stand-in for the part of Persona's API that the example bridge uses: inquiries as JSON:API, created once
 * per idempotency key, found by reference id, expired, given a one-time link; and signed webhooks.
 */
export interface FakePersona {
  readonly url: string;
  readonly settings: { readonly key: string; readonly template: string; readonly webhookSecret: string };
  /** Everything that was ever created, as it stands. */
  readonly inquiries: readonly Inquiry[];
  /** The next answers have this status; 0 for answers as documented. */
  refuse(status: number): void;
  /** What Persona would send about an inquiry that has come to a status. */
  webhook(inquiry: Inquiry, more?: { readonly secret?: string; readonly at?: number }): Webhook;
  close(): Promise<void>;
}

export interface Webhook {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Inquiry {
  readonly id: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly referenceId: string;
  status: string;
}

export async function openFakePersona(): Promise<FakePersona> {
  const settings = { key: 'persona_sandbox_1', template: 'itmpl_1', webhookSecret: 'wbhsec_1' };
  const inquiries: Inquiry[] = [];
  const byKey = new Map<string, Inquiry>();
  let refusal = 0;

  const shown = ({ id, referenceId, status }: Inquiry) => ({
    type: 'inquiry',
    id,
    attributes: { status, 'reference-id': referenceId },
  });

  function create(key: string, text: string): Inquiry {
    const { attributes } = JSON.parse(text).data;
    const known = byKey.get(key);
    if (known) return known;
    const inquiry = {
      id: `inq_${randomUUID().replaceAll('-', '')}`,
      fields: attributes.fields,
      referenceId: attributes['reference-id'],
      status: 'created',
    };
    if (attributes['inquiry-template-id'] !== settings.template) throw new Error('It has no such template.');
    inquiries.push(inquiry);
    byKey.set(key, inquiry);
    return inquiry;
  }

  /** Status and body of an answer. */
  function answer({ method, headers, url = '' }: IncomingMessage, text: string): readonly [number, object] {
    if (headers.authorization !== `Bearer ${settings.key}`) return [401, {}];
    if (refusal !== 0) return [refusal, { errors: [{ title: 'Refused' }] }];
    const { pathname, searchParams } = new URL(url, 'http://persona');
    const [, id, verb] = /^\/inquiries(?:\/(\w+))?(?:\/([\w-]+))?$/.exec(pathname) ?? [];
    if (id === undefined && method === 'POST')
      return [201, { data: shown(create(String(headers['idempotency-key']), text)) }];
    if (id === undefined) {
      const wanted = searchParams.get('filter[reference-id]');
      return [200, { data: inquiries.filter(({ referenceId }) => referenceId === wanted).map(shown) }];
    }
    const inquiry = inquiries.find((known) => known.id === id);
    if (!inquiry) return [404, {}];
    if (verb === 'expire') inquiry.status = 'expired';
    const link = `https://persona.example.com/verify?code=${inquiry.id}`;
    return [
      200,
      { data: shown(inquiry), ...(verb?.endsWith('link') && { meta: { 'one-time-link': link } }) },
    ];
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = '';
    for await (const chunk of request) text += chunk;
    const [status, body] = answer(request, text);
    response.writeHead(status, { 'content-type': 'application/json', 'retry-after': '7' });
    response.end(JSON.stringify(body));
  }

  const server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${portOf(server)}`,
    settings,
    inquiries,
    refuse(status) {
      refusal = status;
    },
    webhook(inquiry, { secret = settings.webhookSecret, at = Math.floor(Date.now() / 1_000) } = {}) {
      const name = `inquiry.${inquiry.status}`;
      const body = JSON.stringify({ data: { attributes: { name, payload: { data: shown(inquiry) } } } });
      const mac = createHmac('sha256', secret).update(`${at}.${body}`).digest('hex');
      return { headers: { 'persona-signature': `t=${at},v1=${mac}` }, body };
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
