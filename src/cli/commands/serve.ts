import { relative } from 'node:path';
import type { Config } from '../../config.ts';
import type { Deployment, RunningServer } from '../../main.ts';
import { describe, sentenceOf } from '../failure.ts';
import { openLogger } from '../logger.ts';
import type { Format } from '../output.ts';
import { coloured, printNotice, programName, shellQuoted } from '../output.ts';
import { installShutdown } from '../shutdown.ts';

// Standard output carries the log. Notices for people go to standard error.

/** The notice of a service whose database takes no writes. */
export const readOnlyNotice = (): string =>
  `Its database is read-only, so every change is answered 503. Find out why with: ${programName()} doctor`;

/** How long a start may take before people are told that it continues. */
const slowStartMs = 2_000;

export interface ServeOptions {
  readonly processes: number;
  readonly apiOnly?: boolean;
}

/** Runs the server until it is told to stop. Resolves once the server answers requests. */
export async function serve(format: Format, options: ServeOptions): Promise<void> {
  const [{ readConfig }, { startServer }, { isClusterWorker }, { allBrands }] = await Promise.all([
    import('../../config.ts'),
    import('../../main.ts'),
    import('../../cluster.ts'),
    import('../../operations/brands/brands.ts'),
  ]);
  if (isClusterWorker()) return serveAsClusterWorker(format);
  const config = readConfig();
  const logger = await openLogger(config, format);
  const notice = (sentence: string) => printNotice(format, sentence);
  for (const sentence of config.ignored) notice(sentence);
  const { processes, apiOnly = false } = options;
  const onFatal = (error: Error) => shutdown.fail(error);
  const deployment: Deployment = { apiOnly, ...(processes > 1 && { cluster: { processes, onFatal } }) };
  const running = startServer(config, { logger, notice }, deployment);
  const stopNotice = 'Stopping after the running requests are finished.';
  const shutdown = installShutdown({
    format,
    logger,
    stopNotice,
    drainSeconds: config.drainSeconds,
    running,
  });
  const timer = setTimeout(() => notice('Starting. The first start takes a few seconds …'), slowStartMs);
  try {
    const server = await running;
    if (shutdown.stopping) return;
    if (format === 'json') process.stderr.write(`${JSON.stringify(readyFacts(server))}\n`);
    else printNotice(format, await readyText(config, server, allBrands));
  } catch (error) {
    shutdown.uninstall();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** Runs one of several processes that share a port. On a fault it exits, and the first process replaces it. */
async function serveAsClusterWorker(format: Format): Promise<void> {
  const [{ readConfig }, { runClusterWorker }] = await Promise.all([
    import('../../config.ts'),
    import('../../cluster.ts'),
  ]);
  const config = readConfig();
  const logger = await openLogger(config, format);
  const end = (error: unknown) => {
    logger.fatal({ error: describe(error) }, 'unhandled');
    printNotice(format, sentenceOf(error));
    process.exit(1);
  };
  process.on('uncaughtException', end);
  await runClusterWorker(config, { logger, notice: (sentence) => printNotice(format, sentence) }).catch(end);
}

const readyFacts = ({ url, isReadOnly, demoKey, firstLink }: RunningServer) => ({
  url,
  ...(firstLink && { console: firstLink }),
  api: `${url}/api/v0.1`,
  docs: `${url}/docs`,
  ...(isReadOnly && { writable: false }),
  ...(demoKey && { identity: demoKey.identity, authorization: demoKey.authorization }),
});

type AllBrands = typeof import('../../operations/brands/brands.ts').allBrands;

/** The first start of a sandbox prints a welcome with the demo's key. Every other start prints two lines. */
async function readyText(config: Config, server: RunningServer, allBrands: AllBrands): Promise<string> {
  const [brand] = await allBrands(server.system);
  const { demoKey } = server;
  if (demoKey && brand) return welcome(config, server, demoKey, brand.name);
  if (server.isReadOnly)
    return coloured(
      process.stderr,
      'yellow',
      `Clientele has started at ${server.url} (${config.environment}). ${readOnlyNotice()}`,
    );
  const ready = `Clientele is ready at ${server.url} (${config.environment}). Docs: ${server.url}/docs`;
  const next = brand
    ? `Create a key with: ${programName()} keys create --brand ${shellQuoted(brand.name)}`
    : `Create a brand and a key with: ${programName()} brands create "My brand" --with-key`;
  const key = server.isFirstStart && hasOwnKey(config) ? [`Root key: ${rootKeyText(config)}`] : [];
  const first = server.firstLink ? [firstLinkText(server.firstLink)] : [];
  return [coloured(process.stderr, 'green', ready), next, ...first, ...key].join('\n');
}

const firstLinkText = (link: string): string =>
  `Nobody has an account of the console yet. Make the first one within 30 minutes: ${link}`;

function welcome(
  config: Config,
  { url, firstLink }: RunningServer,
  key: NonNullable<RunningServer['demoKey']>,
  brand: string,
): string {
  const strong = (text: string) => coloured(process.stderr, 'bold', text);
  const dim = (text: string) => coloured(process.stderr, 'dim', text);
  return `
${coloured(process.stderr, 'green', 'Clientele is ready: a sandbox with demo brands and made-up customers.')}

${firstLink ? `  Console        ${strong(firstLink)}\n                 ${dim('for the first account, once, within 30 minutes')}\n` : ''}  API            ${strong(`${url}/api/v0.1`)}
  Docs           ${strong(`${url}/docs`)}

  Brand          ${brand}
  Identity       ${strong(key.identity)}
  Authorization  ${strong(key.authorization)}
                 ${dim('shown only now and stored nowhere')}

List its customers:

curl '${url}/api/v0.1/customers' -H 'Identity: ${key.identity}' -H 'Authorization: ${key.authorization}'

${dim(`Root key: ${rootKeyText(config)}`)}
${dim(`Another key: ${programName()} keys create --brand ${shellQuoted(brand)}`)}
${dim('Stop with Ctrl-C. The data stays.')}
`;
}

/** Whether this start has made the root key, beside the data. */
const hasOwnKey = ({ rootKey, rootKeyFile, rootKeyCommand }: Config): boolean =>
  rootKey === undefined && rootKeyFile === undefined && rootKeyCommand === undefined;

function rootKeyText(config: Config): string {
  const { dataDir, rootKeyFile, rootKey } = config;
  if (!hasOwnKey(config))
    return rootKeyFile ?? (rootKey === undefined ? 'CLIENTELE_ROOT_KEY_COMMAND' : 'CLIENTELE_ROOT_KEY');
  const path = relative(process.cwd(), `${dataDir}/root.key`);
  return `${path.startsWith('..') ? `${dataDir}/root.key` : path} (new; keep a copy elsewhere: without it no record can be read)`;
}
