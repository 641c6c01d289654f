import { createServer } from 'node:http';
import { openPersona } from './persona.js';
import { openSigned } from './signed.js';

/**
 * A decision service for Clientele with a vendor behind it. It keeps no state: the vendor does, and every call
 * may come twice. This file speaks Clientele's protocol and needs no change for another vendor.
 */
const settings = {
  port: Number(process.env.PORT ?? 8090),
  /** `whsec_…`: `clientele programs create` or `programs set` shows it once. */
  secret: required('BRIDGE_SECRET'),
  /** Tells Clientele that the state of a verification may have changed. */
  callbackUrl: required('CALLBACK_URL'),
  /** The brand's own application. It gets the link for a customer, signed with the same secret. */
  inviteUrl: required('INVITE_URL'),
};

const { isSigned, tell } = openSigned(settings.secret);

const vendor = openPersona({
  url: process.env.PERSONA_URL ?? 'https://api.withpersona.com/api/v1',
  key: required('PERSONA_KEY'),
  template: required('PERSONA_TEMPLATE'),
  webhookSecret: required('PERSONA_WEBHOOK_SECRET'),
});

/** What each of Clientele's calls does. */
const calls = {
  '/verifications': async (run) => {
    const { link, ...answer } = await vendor.start(run);
    // Before the answer: if this fails, Clientele starts the verification again, and the link is sent then.
    if (link) await tell(settings.inviteUrl, { customer_id: run.customer_id, link });
    return answer;
  },
  '/verifications/status': vendor.status,
  '/documents': vendor.submitDocuments,
  '/cancel': vendor.cancel,
};

async function answer(path, headers, body) {
  if (path === '/vendor') {
    const runId = vendor.readWebhook(headers, body);
    if (!runId) return [401, {}];
    // The webhook's content is not passed on. Clientele asks for the status.
    await tell(settings.callbackUrl, { run_id: runId });
    return [200, {}];
  }
  if (!Object.hasOwn(calls, path)) return [404, {}];
  if (!isSigned(headers, body)) return [401, {}];
  return [200, await calls[path](JSON.parse(body))];
}

/** Documents are the largest bodies: 25 MB in base64. */
const maxBodyBytes = 40_000_000;

async function serve(request, response) {
  const respond = (status, body, headers = {}) =>
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  try {
    const chunks = [];
    let size = 0;
    for await (const chunk of request) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > maxBodyBytes) return respond(413, {});
    }
    respond(...(await answer(request.url, request.headers, Buffer.concat(chunks))));
  } catch (error) {
    // Clientele retries after both. The error may name a person, so only its kind is logged.
    console.error(`${request.url}: ${error.status ?? error.name}`);
    if (error.status === 429) respond(429, {}, { 'retry-after': error.retryAfter ?? '60' });
    else respond(502, {});
  }
}

function required(name) {
  const value = process.env[name];
  if (value) return value;
  console.error(`Set ${name}.`);
  process.exit(1);
}

const server = createServer(serve).listen(settings.port, () => {
  console.log(`The bridge listens on port ${server.address().port}.`);
});
process.on('SIGTERM', () => server.close());
