import { openSync } from 'node:fs';
import { pino } from 'pino';
import { readConfig } from '../src/config.ts';
import { startServer } from '../src/main.ts';

/** Clientele as `clientele serve` runs it, its log written at the default level (to nowhere). */
const logger = pino(
  { level: 'info', base: null },
  pino.destination({ fd: openSync('/dev/null', 'w'), sync: true }),
);
const running = await startServer(readConfig(), { logger });
process.send?.({ port: Number(new URL(running.url).port) });
process.on('message', () => process.send?.({ cpu: process.cpuUsage() }));
process.on('disconnect', () => void running.close());
