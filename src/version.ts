import { createRequire } from 'node:module';

/** The version of this program. */
export function version(): string {
  const load = createRequire(import.meta.url);
  // A name of this package's own `imports`: the sources and the build have different distances to package.json.
  return (load('#package') as { version: string }).version;
}
