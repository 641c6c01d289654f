import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { escaped } from '../errors-page.ts';
import type { PackedFile } from '../packed-file.ts';
import { once, packFile, pageHeaders, sendFile } from '../packed-file.ts';

/** The built console: its folder, or why there is none. */
export type ConsoleBuild = { readonly folder: string } | { readonly missing: string };

/**
 * Serves the pages of the console from memory. Its assets have their digest in their name; every other address is
 * the one page, which reads the address itself. No page loads anything from another host.
 */
export function addConsole(app: FastifyInstance, findBuild: () => Promise<ConsoleBuild>): void {
  const load = once(async () => {
    const build = await findBuild();
    return 'missing' in build
      ? { missing: await packFile(html, missingPage(build.missing)) }
      : readBuild(build.folder);
  });

  app.get('/console/assets/:name', async (request, reply) => {
    const loaded = await load();
    const { name } = request.params as { readonly name: string };
    const asset = 'assets' in loaded ? loaded.assets.get(name) : undefined;
    if (!asset) return reply.callNotFound();
    setHeaders(reply);
    return sendFile(request, reply, asset, 'public, max-age=31536000, immutable');
  });
  for (const address of ['/console', '/console/*'])
    app.get(address, async (request, reply) => {
      const loaded = await load();
      setHeaders(reply);
      if ('missing' in loaded) return sendFile(request, reply.code(503), loaded.missing);
      return sendFile(request, reply, loaded.page);
    });
}

const html = 'text/html; charset=utf-8';
const types: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

interface LoadedConsole {
  readonly page: PackedFile;
  readonly assets: ReadonlyMap<string, PackedFile>;
}

async function readBuild(folder: string): Promise<LoadedConsole> {
  const names = await readdir(join(folder, 'assets'));
  const assets = await Promise.all(
    names.map(async (name) => {
      const type = types[extname(name)] ?? 'application/octet-stream';
      return [name, await packFile(type, await readFile(join(folder, 'assets', name), 'utf8'))] as const;
    }),
  );
  return {
    page: await packFile(html, await readFile(join(folder, 'index.html'), 'utf8')),
    assets: new Map(assets),
  };
}

/**
 * The same for every answer, without a nonce: scripts and styles come from this server, and no text becomes code or
 * markup. Documents of a review are shown from blobs of types that the server has proven.
 */
export const consolePolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob:",
  "connect-src 'self'",
  'frame-src blob:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

const setHeaders = (reply: FastifyReply): FastifyReply =>
  reply.headers({
    'content-security-policy': consolePolicy,
    ...pageHeaders,
    'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
  });

/** Without styles: the policy of the console allows no inline ones. */
const missingPage = (why: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Clientele</title>
</head>
<body>
<main>
<h1>The console is not there yet</h1>
<p>${escaped(why)}</p>
<p>The API works without it: see the <a href="/docs">reference</a>.</p>
</main>
</body>
</html>
`;
