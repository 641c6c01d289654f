import type { KeyIdentity } from '../../../domain/ids.ts';
import type { NewKey } from '../../brands/api-keys.ts';
import { sendWebhooks } from './background.ts';
import type { Cast, Step } from './cast.ts';
import { goodReceiver, removedReceiver } from './receiver.ts';
import type { Caller } from './stage.ts';

/** What developers set up: keys and webhooks. */
export function developers({ stage }: Cast): readonly Step[] {
  const avery = <Result>(work: (call: Caller) => Promise<Result>) => stage.signedIn('avery', work);
  const made = new Map<string, NewKey>();
  const key = (name: string, scopes: readonly string[]) =>
    avery(async (call) => {
      made.set(name, await call('createKey', { body: { name, scopes } as never }));
    });
  const identityOf = (name: string): { readonly identity: KeyIdentity } => {
    const one = made.get(name);
    if (!one) throw new Error(`The demo has not made the key ${name}.`);
    return { identity: one.identity };
  };
  const subscribe = (url: string, events: readonly string[], description: string) =>
    avery((call) => call('createWebhook', { body: { url, events: [...events], description } }));
  return [
    [26.7, () => key('checkout', ['customers:read', 'customers:write', 'kyc:read', 'kyc:write'])],
    [26.6, () => key('old importer', ['customers:read', 'customers:write'])],
    [20.5, () => avery((call) => call('revokeKey', { params: identityOf('old importer') }))],
    [11.3, () => avery((call) => call('rotateKey', { params: identityOf('checkout'), body: {} }))],
    // A webhook gets what is numbered after it was made.
    [3.2, () => sendWebhooks(stage.system)],
    [3.15, () => subscribe(goodReceiver, ['customer*', 'kyc.*'], 'The service that welcomes customers.')],
    [3.05, () => subscribe(removedReceiver, ['customer.created'], 'The CRM before the present one.')],
  ];
}
