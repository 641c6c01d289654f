// Receives webhooks of Clientele: node receiver.js, with WEBHOOK_SECRETS (one or more, separated by commas) and
// PORT. It needs only Node's own library.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';

const secrets = (process.env.WEBHOOK_SECRETS ?? '').split(',').filter((secret) => secret !== '');

/** Seconds that the sender's clock may differ from ours. An older delivery may be a replay. */
const tolerance = 300;
/** The ids of handled deliveries: the same delivery may come again. Keep them in your database. */
const handled = new Set();

const isSame = (one, other) =>
  one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));
const isRecent = (timestamp) =>
  /^[0-9]{1,12}$/.test(timestamp) && Math.abs(Date.now() / 1000 - Number(timestamp)) <= tolerance;

/** Standard Webhooks: the key is the base64 behind whsec_, the message is id.timestamp.body. */
function holdsStandard(headers, body) {
  const {
    'webhook-id': id = '',
    'webhook-timestamp': timestamp = '',
    'webhook-signature': sent = '',
  } = headers;
  if (id === '' || !isRecent(timestamp)) return false;
  return secrets.some((secret) => {
    const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
    const mac = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64');
    return sent.split(' ').some((one) => isSame(one, `v1,${mac}`));
  });
}

/** Bond-Signature: t=...,v1=...,v2=...; the key is the whole secret as text, the message is t.body. */
function holdsBond(headers, body) {
  const parts = Object.fromEntries(
    (headers['bond-signature'] ?? '').split(',').map((part) => part.split('=')),
  );
  const { t = '', v2 = '' } = parts;
  if (!isRecent(t)) return false;
  return secrets.some((secret) =>
    isSame(v2, createHmac('sha256', secret).update(`${t}.`).update(body).digest('hex')),
  );
}

const server = createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  // The bytes as they came. JSON that is parsed and written again may differ from them, and the signature fails.
  const body = Buffer.concat(chunks);
  if (secrets.length === 0) {
    // Nothing can be verified yet. Clientele sends the delivery again later.
    response.writeHead(503).end();
    return;
  }
  if (!holdsStandard(request.headers, body) || !holdsBond(request.headers, body)) {
    response.writeHead(401).end();
    return;
  }
  const { event, challenge } = JSON.parse(body);
  if (event === 'webhook.verify') {
    // The proof that this URL wants events: the challenge and nothing else.
    response.writeHead(200, { 'content-type': 'text/plain' }).end(challenge);
    console.log('answered the challenge');
    return;
  }
  const id = request.headers['webhook-id'];
  const isNew = !handled.has(id);
  handled.add(id);
  // Answer first and work afterwards: a slow answer counts as a failure, and the delivery comes again.
  response.writeHead(204).end();
  console.log(isNew ? `handled ${id} ${event}` : `seen before ${id}`);
});
server.listen(Number(process.env.PORT ?? 8090), '127.0.0.1', () => {
  const { port } = server.address();
  console.log(`listening on ${port}`);
  if (secrets.length === 0)
    console.log(
      `No secret yet. Subscribe http://127.0.0.1:${port}/ with POST /webhooks, then start again with WEBHOOK_SECRETS=whsec_... from its answer.`,
    );
});
