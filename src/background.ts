import type { Config } from './config.ts';
import type { Observer } from './http/observe.ts';
import type { Runtime } from './runtime.ts';
import { startAddressVerifier } from './worker/address-verifier.ts';
import { startAuditChecker } from './worker/audit-checker.ts';
import { startDeliverer } from './worker/deliverer.ts';
import { startEraser } from './worker/eraser.ts';
import { startRollbackWatch } from './worker/rollback-watch.ts';
import { startRotations } from './worker/rotation.ts';
import { startScreener } from './worker/screener.ts';
import { startSequencer } from './worker/sequencer.ts';
import { startSweeper } from './worker/sweeper.ts';
import { openTaskLogs } from './worker/task-log.ts';
import { startVerifications } from './worker/verifications.ts';

/** The background work of a process: all work that no request waits for. */
export interface Background {
  /** Resolves when the running rounds have ended. */
  stop(): Promise<void>;
}

/** Starts the background tasks. Any number of processes may run them: claims in the database separate their work. */
export function startBackground(config: Config, { system }: Runtime, observer: Observer): Background {
  const log = openTaskLogs({ db: system.db, now: system.now, observer, security: system.security });
  const tasks = [
    startSweeper(system, log('sweep')),
    startEraser(system, log('erasure')),
    startSequencer(system, log('sequence')),
    startAuditChecker(system, log('checks')),
    startRollbackWatch(system, log('rollback')),
    startVerifications(system, log('verifications')),
    startDeliverer(system, log('webhooks')),
    startRotations(system, config, log('rotation'), observer.rotated),
  ];
  if (config.lob) tasks.push(startAddressVerifier(system, log('addresses')));
  if (system.screening) tasks.push(startScreener(system, system.screening, log('screening')));
  return {
    async stop() {
      await Promise.all(tasks.map((task) => task.stop()));
    },
  };
}
