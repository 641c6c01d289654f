import { createServer } from 'node:http';
import { openPersona } from './persona.js';
import { openSigned } from './signed.js';

/**
 * A decision service for Clientele with a vendor behind it. It keeps nothing: the vendor remembers, and every
 * call may come twice. This file speaks Clientele's protocol and stays as it is for another vendor.
 */
const settings = {
  port: Number(process.env.PORT ?? 8090),
  /** `whsec_…`, as Clientele showed it when the program was given this service. */
  secret: wanted('CLIENTELE_SECRET'),
  /** Where Clientele is told that a verification may have moved. */
  callbackUrl: wanted('CLIENTELE_CALLBACK_URL'),
  /** The brand's own application: told, signed with the same secret, which link to give to whom. */
  inviteUrl: wanted('INVITE_URL'),
};

const { isSigned, tell } = openSigned(settings.secret);

const vendor = openPersona({
  url: process.env.PERSONA_URL ?? 'https://api.withpersona.com/api/v1',
  key: wanted('PERSONA_KEY'),
  template: wanted('PERSONA_TEMPLATE'),
  webhookSecret: wanted('PERSONA_WEBHOOK_SECRET'),
});

/** What each of Clientele's calls comes to. */
const calls = {
  '/verifications': async (run) => {
    const { link, ...answer } = await vendor.start(run);
    // Before the answer: if this fails, Clientele starts again, and the person is told after all.
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
    // What the vendor says here is not passed on; Clientele asks.
    await tell(settings.callbackUrl, { run_id: runId });
    return [200, {}];
  }
  if (!Object.hasOwn(calls, path)) return [404, {}];
  if (!isSigned(headers, body)) return [401, {}];
  return [200, await calls[path](JSON.parse(body))];
}

/** Documents take the most room: 25 MB of them, in base64. */
const largestBody = 40_000_000;

async function serve(request, response) {
  const say = (status, body, headers = {}) =>
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  try {
    const chunks = [];
    let size = 0;
    for await (const chunk of request) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > largestBody) return say(413, {});
    }
    say(...(await answer(request.url, request.headers, Buffer.concat(chunks))));
  } catch (error) {
    // Clientele asks again after both. What went wrong may name a person, so only its kind is told.
    console.error(`${request.url}: ${error.status ?? error.name}`);
    if (error.status === 429) say(429, {}, { 'retry-after': error.retryAfter ?? '60' });
    else say(502, {});
  }
}

function wanted(name) {
  const value = process.env[name];
  if (value) return value;
  console.error(`Set ${name}.`);
  process.exit(1);
}

const server = createServer(serve).listen(settings.port, () => {
  console.log(`The bridge listens on port ${server.address().port}.`);
});
process.on('SIGTERM', () => server.close());
