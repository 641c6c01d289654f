import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '../../../src/config.ts';
import { startServer } from '../../../src/main.ts';
import { createKey } from '../../../src/operations/brands/api-keys.ts';
import { createBrand } from '../../../src/operations/brands/brands.ts';
import type { EmbeddedServer } from '../../../src/store/embedded/server.ts';

/** A server of our own on a database that a test can spoil. */
export interface Deployment {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Status of a probe, and how long it took in milliseconds. */
  probe(path: '/livez' | '/readyz'): Promise<number>;
  close(): Promise<void>;
}

/** `proxy`: where the server is reached by the application. */
export async function deploy(
  server: EmbeddedServer,
  proxy: { readonly host: string; readonly port: number },
): Promise<Deployment> {
  const dataDir = await mkdtemp(join(tmpdir(), 'clientele-outage-'));
  const { host, port } = proxy;
  const urlFor = ({ user, password }: EmbeddedServer['owner']) =>
    `postgresql://${user}:${password}@localhost:${port}/clientele?host=${encodeURIComponent(host)}`;
  const running = await startServer(
    readConfig({
      CLIENTELE_DATA_DIR: dataDir,
      CLIENTELE_DATABASE_URL: urlFor(server),
      CLIENTELE_MIGRATION_DATABASE_URL: urlFor(server.owner),
      CLIENTELE_ROOT_KEY_FILE: undefined,
      CLIENTELE_PORT: '0',
      CLIENTELE_DEMO: '0',
      CLIENTELE_LOG_LEVEL: 'silent',
    }),
  );
  const { brandId } = await createBrand(running.system, 'Universal Exports');
  const { identity, authorization } = await createKey(running.system, brandId, {});
  return {
    url: running.url,
    headers: { Identity: identity, Authorization: authorization },
    async probe(path) {
      const response = await fetch(`${running.url}${path}`);
      await response.arrayBuffer();
      return response.status;
    },
    async close() {
      await running.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
