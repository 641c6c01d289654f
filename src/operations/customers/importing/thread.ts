import { randomUUID } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';
import { openOfflineVerifier } from '../../../providers/address-offline.ts';
import { openSandboxVerifier } from '../../../providers/address-sandbox.ts';
import { openSharedVault } from '../../../vault/vault.ts';
import type { System } from '../../system.ts';
import { checkBatch } from './check.ts';
import type { ThreadStart } from './helpers.ts';
import { prepared } from './prepare.ts';
import type { Task, TaskDone } from './threads.ts';

// A thread of an import: it checks lines, and seals lines and answers with the statement that writes them. It has no
// database.

// Sealing makes many short buffers. Each needs a part of the time if more of them share a piece of memory.
Buffer.poolSize = 128 * 1024;

const { vault: shared, brandId, keys, hasScreening, actor, ...rules } = workerData as ThreadStart;
const { environment } = rules;
const vault = openSharedVault(shared);
const keyring = vault.keyring(brandId, keys);
const offline = openOfflineVerifier();
const verifier = environment === 'sandbox' ? openSandboxVerifier(offline) : offline;
const newId = randomUUID as System['newId'];

parentPort?.on('message', (task: Task) => {
  parentPort?.postMessage({ id: task.id, result: resultOf(task) } satisfies TaskDone);
});

/** What cannot be done here, the import does itself, and reports the error if it cannot. */
function resultOf({ job, batch, now }: Task): TaskDone['result'] {
  try {
    if (job === 'check') return checkBatch(rules, keyring, batch, now);
    const screening = hasScreening || undefined;
    const system = { vault, verifier, environment, newId, now: () => now, screening };
    return prepared({ system, brandId, actor }, keyring, batch);
  } catch {
    return undefined;
  }
}
