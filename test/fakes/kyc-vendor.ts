import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { Webhook } from 'standardwebhooks';
import type { TriggerOutcome } from '../../src/domain/trigger-numbers.ts';
import { sandboxOutcome } from '../../src/domain/trigger-numbers.ts';
import type { KycCallback, KycFinding } from '../../src/providers/kyc.ts';
import { portOf } from './internet.ts';
import type { ProtocolBody } from './kyc-protocol.ts';
import { schemaErrorsOf } from './kyc-protocol.ts';

/**
 * A decision service of a brand with a vendor behind it. `synchronous` decides while it is asked, as Alloy and
 * Socure do; `hosted` sends the person to a page of its own and decides when they have been there, as Persona
 * and Stripe Identity do. It checks signatures with the official library and bodies against the published
 * schemas, and refuses what does not hold. The SSN says how it decides, by the sandbox's own table.
 */
export interface FakeVendor {
  readonly url: string;
  readonly calls: readonly Call[];
  /** How many verifications it has begun for a run. */
  begun(runId: string): number;
  /** The person has been on the vendor's page, or the vendor's people are done. */
  settle(): void;
  /** What the next answers are; without one, an answer as documented. */
  misbehave(fault: Fault | undefined): void;
  /** A callback as this service would send it. */
  callback(body: object, signed?: { readonly secret?: string; readonly at?: Date }): KycCallback;
  close(): Promise<void>;
}

export interface Call {
  readonly path: string;
  // biome-ignore lint/suspicious/noExplicitAny: what tests look at has passed the schema.
  readonly body: any;
  readonly headers: IncomingMessage['headers'];
}

export type Fault = (response: ServerResponse) => void;

export interface FakeVendorOptions {
  readonly kind: 'synchronous' | 'hosted';
  readonly secret: string;
  /** A planted fault: it starts again at every start. */
  readonly forgetful?: boolean;
}

interface Verification {
  readonly reference: string;
  finding: KycFinding;
  readonly ending: KycFinding;
}

const bodies: Readonly<Record<string, ProtocolBody>> = {
  '/kyc/verifications': 'verification',
  '/kyc/verifications/status': 'status',
  '/kyc/documents': 'documents',
  '/kyc/cancel': 'status',
};

const endings: Readonly<Record<Exclude<TriggerOutcome['status'], 'document_required'>, KycFinding>> = {
  passed: { state: 'approved' },
  failed: { state: 'declined' },
  under_review: { state: 'review' },
  expired: { state: 'expired' },
};

/** How a verification of this number ends with a vendor that decides by the sandbox's table. */
export function endingOf(ssn: string): KycFinding {
  const outcome = sandboxOutcome(ssn);
  return outcome.status === 'document_required'
    ? { state: 'needs_document', documents: outcome.documents }
    : endings[outcome.status];
}

export async function openFakeVendor({ kind, secret, forgetful }: FakeVendorOptions): Promise<FakeVendor> {
  const webhook = new Webhook(secret);
  const calls: Call[] = [];
  const verifications = new Map<string, Verification>();
  const begun: string[] = [];
  let fault: Fault | undefined;

  function write(runId: string, reference: string, first: KycFinding, ending: KycFinding): Verification {
    const verification = { reference, finding: kind === 'synchronous' ? ending : first, ending };
    verifications.set(runId, verification);
    return verification;
  }

  /** How a verification stands after a call; `undefined` for one that it does not know. */
  function after({ path, body }: Call): Verification | undefined {
    const known = verifications.get(body.run_id);
    if (path === '/kyc/verifications') {
      if (known && !forgetful) return known;
      begun.push(body.run_id);
      const ending = endingOf(body.applicant.ssn);
      return write(body.run_id, `ver_${randomUUID()}`, { state: 'needs_input' }, ending);
    }
    if (path !== '/kyc/documents' || known?.ending.state !== 'needs_document') return known;
    const here = body.documents.map((document: { document_type: string }) => document.document_type);
    const isAll = known.ending.documents.every((wanted) => here.includes(wanted));
    return isAll ? write(body.run_id, known.reference, { state: 'pending' }, endings.passed) : known;
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = '';
    for await (const chunk of request) text += chunk;
    const path = request.url ?? '';
    const name = bodies[path];
    if (!name || request.method !== 'POST') return sendCallback(404, {})(response);
    try {
      webhook.verify(text, request.headers as Record<string, string>);
    } catch {
      return sendCallback(401, {})(response);
    }
    const call = { path, body: JSON.parse(text), headers: request.headers };
    calls.push(call);
    if (fault) return fault(response);
    const wrong = schemaErrorsOf(name, call.body);
    if (wrong !== '') return sendCallback(422, { wrong })(response);
    const verification = after(call);
    if (!verification) return sendCallback(404, {})(response);
    sendCallback(200, { reference: verification.reference, ...verification.finding })(response);
  }

  const server = createServer((request, response) => void serve(request, response));
  // Caller and service share one event loop here. Encoding 25 MB can block it for longer than Node's five seconds,
  // and the service would then close the idle connection in the moment in which the upload begins.
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${portOf(server)}/kyc`,
    calls,
    begun: (runId) => begun.filter((id) => id === runId).length,
    settle() {
      for (const verification of verifications.values()) verification.finding = verification.ending;
    },
    misbehave(wanted) {
      fault = wanted;
    },
    callback(body, { secret: signing = secret, at = new Date() } = {}) {
      const text = JSON.stringify(body);
      const headers = {
        'webhook-id': 'msg_callback',
        'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
        'webhook-signature': new Webhook(signing).sign('msg_callback', at, text),
      };
      return { headers, body: text };
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export const sendCallback =
  (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Fault =>
  (response) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(text);
  };
