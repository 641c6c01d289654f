import { readConfig } from '../config.ts';
import { startServer } from '../main.ts';

const server = await startServer(readConfig(), { notice: console.error });
console.log(server.url, server.demoKey);
process.once('SIGINT', () => void server.close());
process.once('SIGTERM', () => void server.close());
