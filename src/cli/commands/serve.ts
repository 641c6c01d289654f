import { relative } from 'node:path';
import { pino } from 'pino';
import type { Config } from '../../config.ts';
import type { Deployment, RunningServer } from '../../main.ts';
import type { Format } from '../answer.ts';
import { called, coloured, quoted, say } from '../answer.ts';
import { describe, sentenceOf } from '../failure.ts';
import { stopInOrder } from '../stopping.ts';

// What people read is written to standard error; standard output carries the log, one JSON object a line,
// whether a person or a collector listens.

/** Milliseconds of a start after which people are told that it goes on. */
const quiet = 2_000;

export interface ServeOptions {
  readonly processes: number;
  readonly apiOnly?: boolean;
}

/** Runs the server until it is told to stop. Resolves once it answers. */
export async function serve(format: Format, options: ServeOptions): Promise<void> {
  const [{ readConfig }, { startServer }, { isClusterWorker }, { allBrands }] = await Promise.all([
    import('../../config.ts'),
    import('../../main.ts'),
    import('../../cluster.ts'),
    import('../../operations/brands/brands.ts'),
  ]);
  if (isClusterWorker()) return serveAsClusterWorker(format);
  const config = readConfig();
  const logger = pino({ level: config.logLevel, base: null });
  const notice = (sentence: string) => say(format, sentence);
  const { processes, apiOnly = false } = options;
  const onFatal = (error: Error) => stopper.fail(error);
  const deployment: Deployment = { apiOnly, ...(processes > 1 && { cluster: { processes, onFatal } }) };
  const running = startServer(config, { logger, notice }, deployment);
  const farewell = 'Stopping; requests under way are finished first.';
  const stopper = stopInOrder({ format, logger, farewell, running });
  const timer = setTimeout(() => notice('Starting. The first start takes some seconds …'), quiet);
  try {
    const server = await running;
    if (stopper.stopping) return;
    if (format === 'json') process.stderr.write(`${JSON.stringify(readyFacts(server))}\n`);
    else say(format, await readyText(config, server, allBrands));
  } catch (error) {
    stopper.uninstall();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** One of the processes behind a port. It ends itself on a fault: another one then takes its place. */
async function serveAsClusterWorker(format: Format): Promise<void> {
  const [{ readConfig }, { runClusterWorker }] = await Promise.all([
    import('../../config.ts'),
    import('../../cluster.ts'),
  ]);
  const config = readConfig();
  const logger = pino({ level: config.logLevel, base: null });
  const end = (error: unknown) => {
    logger.fatal({ error: describe(error) }, 'unhandled');
    say(format, sentenceOf(error));
    process.exit(1);
  };
  process.on('uncaughtException', end);
  await runClusterWorker(config, { logger, notice: (sentence) => say(format, sentence) }).catch(end);
}

const readyFacts = ({ url, demoKey }: RunningServer) => ({
  url,
  api: `${url}/api/v0.1`,
  docs: `${url}/docs`,
  ...(demoKey && { identity: demoKey.identity, authorization: demoKey.authorization }),
});

type AllBrands = typeof import('../../operations/brands/brands.ts').allBrands;

/** The first start of a sandbox is told at length, once; every other start in two lines. */
async function readyText(config: Config, server: RunningServer, allBrands: AllBrands): Promise<string> {
  const [brand] = await allBrands(server.system);
  const { demoKey } = server;
  if (demoKey && brand) return welcome(config, server, demoKey, brand.name);
  const ready = `Clientele is ready at ${server.url} (${config.environment}). Docs: ${server.url}/docs`;
  const keys = `${called()} keys create --brand ${quoted(brand?.name ?? 'My brand')}`;
  const next = brand
    ? `Make a key with: ${keys}`
    : `Make a brand and a key with: ${called()} brands create "My brand" && ${keys}`;
  const key =
    server.isFirstStart && config.rootKeyFile === undefined ? [`Root key: ${rootKeyText(config)}`] : [];
  return [coloured(process.stderr, 'green', ready), next, ...key].join('\n');
}

function welcome(
  config: Config,
  { url }: RunningServer,
  key: NonNullable<RunningServer['demoKey']>,
  brand: string,
): string {
  const strong = (text: string) => coloured(process.stderr, 'bold', text);
  const dim = (text: string) => coloured(process.stderr, 'dim', text);
  return `
${coloured(process.stderr, 'green', 'Clientele is ready: a sandbox, with a demo brand and made-up people to try things on.')}

  API            ${strong(`${url}/api/v0.1`)}
  Docs           ${strong(`${url}/docs`)}

  Brand          ${brand}
  Identity       ${strong(key.identity)}
  Authorization  ${strong(key.authorization)}
                 ${dim('stored nowhere and shown only now')}

List its customers:

curl '${url}/api/v0.1/customers' -H 'Identity: ${key.identity}' -H 'Authorization: ${key.authorization}'

${dim(`Root key: ${config.rootKeyFile === undefined ? rootKeyText(config) : config.rootKeyFile}`)}
${dim(`Another key: ${called()} keys create --brand ${quoted(brand)}`)}
${dim('Stop with Ctrl-C; what is stored stays.')}
`;
}

function rootKeyText({ dataDir }: Config): string {
  const path = relative(process.cwd(), `${dataDir}/root.key`);
  return `${path.startsWith('..') ? `${dataDir}/root.key` : path} (new; keep a copy apart, without it no record can be read)`;
}
