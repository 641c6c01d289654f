import { useEffect, useRef } from 'react';
import { answerOf, api } from './client.ts';
import { Failure } from './failure.ts';
import type { components } from './schema.d.ts';
import { useWrite } from './write.ts';

/** What a sign-in at the provider is for. The state that comes back begins with it. */
export type Purpose = 'sign_in' | 'window' | 'proof';

/** What the provider sends the browser back with. */
export type ProviderAnswer = components['schemas']['ProviderAnswer'];

const failed = (message: string): Failure => new Failure(message, { status: 0, code: 'provider' });

/** The provider's page for a sign-in that this browser begins now. @throws Failure */
export async function providerUrl(purpose: Purpose, to?: string): Promise<string> {
  const query = { purpose, ...(to !== undefined && { to }) };
  const given = await answerOf(api.POST('/provider-sign-ins', { params: { query } }));
  if (given.origin !== location.origin)
    throw failed(`The provider sends people back to ${given.origin} only. Open the console there.`);
  return given.url;
}

/** Pages of this console in other windows are told when a person is back from the provider. */
const openChannel = () => new BroadcastChannel('clientele-provider');

/** Tells the page beside this window that the person is back, and closes the window. */
export function tellAndClose(purpose: Purpose): void {
  const channel = openChannel();
  channel.postMessage(purpose);
  channel.close();
  window.close();
}

export interface ProviderWindow {
  readonly open: () => void;
  readonly isOpening: boolean;
  readonly failure: Failure | undefined;
}

/** A window in which the person signs in at the provider, beside a page that keeps what was typed. */
export function useProviderWindow(purpose: 'window' | 'proof', done: () => void): ProviderWindow {
  const isOurs = useRef(false);
  useEffect(() => {
    const channel = openChannel();
    // A new session is one for every page. A proof releases what waits in the page that asked for it, and in no other.
    channel.onmessage = ({ data }) => {
      if (data === purpose && (purpose === 'window' || isOurs.current)) done();
    };
    return () => channel.close();
  });
  const write = useWrite(
    async (beside: Window | null) => {
      if (!beside) throw failed('The browser has blocked the window. Allow it, then try again.');
      try {
        beside.location.href = await providerUrl(purpose);
      } catch (error) {
        beside.close();
        throw error;
      }
    },
    () => undefined,
  );
  return {
    // At once, because a browser allows a window only while a click is new.
    open() {
      isOurs.current = true;
      write.send(window.open('', '', 'popup,width=520,height=720'));
    },
    isOpening: write.isSending,
    failure: write.failure,
  };
}
