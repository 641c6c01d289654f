import { randomBytes } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import fastify from 'fastify';
import { keyExample } from '../contract/api-keys.ts';
import { buildOpenApi } from '../contract/openapi/document.ts';
import { errorsPage } from '../contract/openapi/errors.ts';
import { placeholders } from '../contract/openapi/samples.ts';
import type { ReferenceKey } from '../operations/demo/reference-key.ts';
import { errorsHtml, errorsPolicy } from './errors-page.ts';
import { isLocalRequest } from './hosts.ts';
import { once, packFile, pageHeaders, sendFile } from './packed-file.ts';

/**
 * Serves the documentation outside the prefix of the API: the OpenAPI document, the interactive reference and the
 * errors. No page loads anything from another host.
 */
export function addReference(app: FastifyInstance, referenceKey: ReferenceKey | undefined): void {
  const key = referenceKey && {
    identity: referenceKey.presented.identity,
    authorization: referenceKey.authorization,
  };
  const document = once(async () =>
    packFile('application/json; charset=utf-8', `${JSON.stringify(buildOpenApi(), null, 2)}\n`),
  );
  const program = once(async () => packFile('text/javascript; charset=utf-8', await scalarProgram()));
  const errors = once(async () => packFile('text/html; charset=utf-8', errorsHtml()));

  app.get('/', async (request, reply) => {
    reply.header('vary', 'accept');
    return isBrowser(request) ? reply.redirect('/console/') : reply.callNotFound();
  });
  app.get('/openapi.json', async (request, reply) => sendFile(request, reply, await document()));
  app.get('/docs/scalar.js', async (request, reply) => sendFile(request, reply, await program()));
  app.get('/docs', async (request, reply) => {
    const nonce = randomBytes(16).toString('base64');
    reply.headers({ ...pageHeaders, 'content-security-policy': referencePolicy(nonce) });
    // The page contains a key for requests from this machine, and for no others.
    reply.header('cache-control', 'no-store');
    return reply
      .type('text/html; charset=utf-8')
      .send(referenceHtml(nonce, isLocalRequest(request.raw) ? key : undefined));
  });
  app.get(errorsPage, async (request, reply) => {
    reply.headers({ ...pageHeaders, 'content-security-policy': errorsPolicy });
    return sendFile(request, reply, await errors());
  });
}

/** A browser asks for HTML by name. Other clients get the answer of an unknown address. */
const isBrowser = ({ headers }: FastifyRequest): boolean => headers.accept?.includes('text/html') ?? false;

/**
 * Allows scripts with the nonce of this answer and requests to this server only. Inline styles are allowed: Scalar
 * sets hundreds of `style` attributes, which neither a nonce nor a hash can allow.
 */
const referencePolicy = (nonce: string): string =>
  [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    "style-src 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');

/**
 * The script that renders the reference. Its package provides it only as a route of a server, so this reads it from
 * a server that never listens. It has 5 MB and is loaded when the page is first opened.
 */
async function scalarProgram(): Promise<string> {
  const { default: scalar } = await import('@scalar/fastify-api-reference');
  const scalarServer = fastify();
  await scalarServer.register(scalar, { routePrefix: '/scalar', configuration: { url: '/openapi.json' } });
  const { payload } = await scalarServer.inject('/scalar/js/scalar.js');
  await scalarServer.close();
  return payload;
}

const configuration = {
  withDefaultFonts: false,
  telemetry: false,
  agent: { disabled: true },
  mcp: { disabled: true },
  showDeveloperTools: 'never',
  hideClientButton: true,
  persistAuth: false,
  // The page's copy of the document has a key in its samples; the page links to the document itself.
  documentDownloadType: 'none',
  // The document has samples in six languages. Scalar's own would add a second curl sample.
  hiddenClients: true,
  orderSchemaPropertiesBy: 'preserve',
  orderRequiredPropertiesFirst: false,
} as const;

/**
 * Renders the reference in the browser. Every sample has this server's address and the key, so that a copied sample
 * runs. The document has one security requirement with both headers of a key, so Scalar sends both.
 */
const start = `
const { configuration, origin, key, filledIn } = JSON.parse(document.getElementById('start').textContent);
const answer = await fetch('/openapi.json');
let content = (await answer.text()).replaceAll(origin, location.origin);
for (const [blank, value] of filledIn) content = content.replaceAll(blank, value);
const header = (name, value) => ({ [name]: { type: 'apiKey', in: 'header', name, value } });
const authentication = {
  preferredSecurityScheme: [['Identity', 'Authorization']],
  securitySchemes: {
    ...header('Identity', key?.identity ?? ''),
    ...header('Authorization', key?.authorization ?? ''),
  },
};
Scalar.createApiReference('#app', { ...configuration, authentication, content });
`;

/** The values of the two headers. */
interface FilledInKey {
  readonly identity: string;
  readonly authorization: string;
}

/** The key is part of the page, not of a separate script, which another site could load and read. */
function referenceHtml(nonce: string, key: FilledInKey | undefined): string {
  const filledIn = key
    ? [
        [placeholders.identity, key.identity],
        [placeholders.authorization, key.authorization],
        // The key in the examples, so that an example about "the key" refers to this key.
        [keyExample.identity, key.identity],
      ]
    : [];
  const data = { configuration, origin: placeholders.origin, key, filledIn };
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Clientele API reference</title>
<link rel="icon" href="data:,">
</head>
<body>
<noscript>This page needs JavaScript. What it shows is in <a href="/openapi.json">openapi.json</a>; the errors are on <a href="${errorsPage}">a page of their own</a>.</noscript>
<div id="app"></div>
<script type="application/json" id="start">${JSON.stringify(data).replaceAll('<', '\\u003c')}</script>
<script nonce="${nonce}" src="/docs/scalar.js"></script>
<script nonce="${nonce}" type="module">${start}</script>
</body>
</html>
`;
}
