import { answerOf, api } from './client.ts';
import { asFailure } from './failure.ts';
import { store } from './store.ts';

/** A write that waits until the person has proven again who they are. */
interface Asked {
  readonly proven: () => void;
  readonly refused: () => void;
}

export const confirmation = store<Asked | undefined>(undefined);

/** Thrown when the person chose not to prove who they are. */
export class NotConfirmed extends Error {
  override name = 'NotConfirmed';
}

let asking: Promise<void> | undefined;

/** Asks once, also for several writes that wait. */
function ask(): Promise<void> {
  asking ??= new Promise<void>((resolve, reject) => {
    confirmation.set({ proven: resolve, refused: () => reject(new NotConfirmed('Not confirmed.')) });
  }).finally(() => {
    asking = undefined;
    confirmation.set(undefined);
  });
  return asking;
}

/** Asks now, if the next write would be refused without a fresh proof. */
export async function confirmed(): Promise<void> {
  const { confirmed_until: until } = await answerOf(api.GET('/session'));
  if (until === null) await ask();
}

/** Sends a write; if the API wants a fresh proof of identity, asks for it and sends the write once more. */
export async function withConfirmation<Result>(send: () => Promise<Result>): Promise<Result> {
  try {
    return await send();
  } catch (error) {
    if (asFailure(error).code !== 'confirmation_required') throw error;
    await ask();
    return send();
  }
}
