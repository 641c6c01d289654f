import { randomUUID } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';
import { openOfflineVerifier } from '../../../providers/address-offline.ts';
import { openSandboxVerifier } from '../../../providers/address-sandbox.ts';
import { openSharedVault } from '../../../vault/vault.ts';
import type { System } from '../../system.ts';
import type { Preparation } from './prepare.ts';
import { prepared } from './prepare.ts';
import type { ThreadStart } from './sealers.ts';
import type { BatchToSeal, SealedBatch } from './threads.ts';

// A thread of an import: it seals lines and answers with the statement that writes them. It has no database.

const { vault: shared, brandId, keys, environment, hasScreening, actor } = workerData as ThreadStart;
const vault = openSharedVault(shared);
const keyring = vault.keyring(brandId, keys);
const offline = openOfflineVerifier();
const verifier = environment === 'sandbox' ? openSandboxVerifier(offline) : offline;
const newId = randomUUID as System['newId'];

parentPort?.on('message', ({ id, lines, now }: BatchToSeal) => {
  const system = {
    vault,
    verifier,
    environment,
    newId,
    now: () => now,
    screening: hasScreening || undefined,
  };
  const answer: SealedBatch = { id, prepared: preparedOrNothing({ system, brandId, actor }, lines) };
  parentPort?.postMessage(answer);
});

/** What cannot be sealed here, the import seals itself, and reports the error if it cannot. */
function preparedOrNothing(preparation: Preparation, lines: BatchToSeal['lines']): SealedBatch['prepared'] {
  try {
    return prepared(
      preparation,
      keyring,
      // A message turns buffers into plain arrays of bytes.
      lines.map((line) => ({ ...line, bytes: line.bytes && Buffer.from(line.bytes) })),
    );
  } catch {
    return undefined;
  }
}
