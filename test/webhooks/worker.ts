// A worker in a process of its own, as `clientele worker` is one. Its argument is the settings as JSON.
import { readConfig } from '../../src/config.ts';
import { startWorker } from '../../src/main.ts';

process.stdin.on('end', () => process.exit(1)).resume();
await startWorker(readConfig(JSON.parse(process.argv[2] ?? '{}')));
process.stdout.write('ready\n');
