import type { Config } from './config.ts';
import type { Runtime } from './runtime.ts';
import { startAddressVerifier } from './worker/address-verifier.ts';
import { startDeliverer } from './worker/deliverer.ts';
import { startEraser } from './worker/eraser.ts';
import { startRotations } from './worker/rotation.ts';
import { startSequencer } from './worker/sequencer.ts';
import { startSweeper } from './worker/sweeper.ts';
import { startVerifications } from './worker/verifications.ts';

/** All that a process does without a request. */
export interface Background {
  /** Resolves when what is under way has ended. */
  stop(): Promise<void>;
}

/** Starts the rounds of the worker. Any number of processes may: claims in the database keep them apart. */
export function startBackground(config: Config, { system, database }: Runtime): Background {
  const rounds = [
    startSweeper(database, system.now),
    startEraser(system),
    startSequencer(system),
    startVerifications(system),
    startDeliverer(system),
    startRotations(system, config),
  ];
  if (config.lob) rounds.push(startAddressVerifier(system));
  return {
    async stop() {
      await Promise.all(rounds.map((one) => one.stop()));
    },
  };
}
