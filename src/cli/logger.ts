import type { Logger } from 'pino';
import { pino } from 'pino';
import type { Config } from '../config.ts';
import type { Format } from './output.ts';

/**
 * The log on standard output. Without CLIENTELE_LOG_FORMAT it is pretty for a sandbox on a terminal, unless the
 * caller asked for JSON.
 */
export async function openLogger(config: Config, format: Format): Promise<Logger> {
  const options = { level: config.logLevel };
  const isForPeople = process.stdout.isTTY && format === 'table' && config.environment === 'sandbox';
  if ((config.logFormat ?? (isForPeople ? 'pretty' : 'json')) === 'json') return pino(options);
  const { default: pretty } = await import('pino-pretty');
  // Synchronous, so that the last line before an exit is written.
  return pino(options, pretty({ ...prettyOptions, colorize: hasColours(), sync: true }));
}

const hasColours = (): boolean => process.stdout.isTTY && process.stdout.hasColors();

/** One line for each entry: the time, the level, the message and the remaining fields. */
const prettyOptions = {
  translateTime: 'SYS:HH:MM:ss.l',
  singleLine: true,
  // `error` holds a kind and a place. By default pino-pretty spreads a field of that name over several lines.
  errorLikeObjectKeys: [],
  // Shown in the message, or of use to a collector only.
  ignore: 'method,operation,status,ms,pid,hostname',
  messageFormat: (entry: Record<string, unknown>, messageKey: string): string => {
    const message = entry[messageKey] === undefined ? [] : [entry[messageKey]];
    const { method, operation, status, ms } = entry;
    const duration = ms === undefined ? undefined : `${ms} ms`;
    return [...message, method, operation, status, duration].filter((part) => part !== undefined).join(' ');
  },
};
