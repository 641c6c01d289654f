import { randomUUID } from 'node:crypto';
import type { Prepared } from '../contract-samples.ts';
import { send } from '../contract-samples.ts';
import type { BrandClient } from '../world.ts';
import { newAuthenticator, newChallenge, withPasskey } from './authenticator.ts';
import { newPerson, password, signedIn } from './people.ts';
import { preparedEntry } from './provider/calls.ts';

/** A request of a person with every role in the brand. */
async function asPerson(brand: BrandClient, method: string, path: string, body?: object): Promise<Prepared> {
  const { headers } = await signedIn(brand.system, brand.brandId);
  return { method, path, options: { headers, ...(body && { body }) } };
}

/** A request of a person about their own session. */
async function ownCall(brand: BrandClient, method: string, path: string, body?: object): Promise<Prepared> {
  const { ownHeaders } = await signedIn(brand.system, brand.brandId);
  return { method, path, options: { headers: ownHeaders, ...(body && { body }) } };
}

/** A request of a person who has not signed in. */
const openCall = (method: string, path: string, body?: object): Prepared => ({
  method,
  path,
  options: { headers: {}, ...(body && { body }) },
});

const operatorPath = async ({ system, brandId }: BrandClient): Promise<string> =>
  `/operators/${(await newPerson(system, brandId, { roles: ['viewer'] })).operatorId}`;

/** For every operation on people a request that succeeds. */
export const operatorSamples = {
  getSettings: async (brand: BrandClient): Promise<Prepared> => asPerson(brand, 'GET', '/settings'),
  listOperators: async (brand: BrandClient): Promise<Prepared> => asPerson(brand, 'GET', '/operators'),
  inviteOperator: async (brand: BrandClient): Promise<Prepared> =>
    asPerson(brand, 'POST', '/operators', { email: `${randomUUID()}@example.com`, roles: ['viewer'] }),
  updateOperator: async (brand: BrandClient): Promise<Prepared> =>
    asPerson(brand, 'PATCH', await operatorPath(brand), { roles: ['viewer', 'agent'] }),
  resetOperator: async (brand: BrandClient): Promise<Prepared> =>
    asPerson(brand, 'POST', `${await operatorPath(brand)}/reset`),
  listActors: async (): Promise<Prepared> => ({ method: 'GET', path: '/actors', options: {} }),
  getSignInOptions: async (): Promise<Prepared> => openCall('GET', '/sign-in'),
  openSession: async ({ system, brandId }: BrandClient): Promise<Prepared> => {
    const { email } = await newPerson(system, brandId);
    return openCall('POST', '/session', { email, password });
  },
  openDemoSession: async (brand: BrandClient): Promise<Prepared> => {
    const prepared = openCall('POST', '/session/demo', { account: 'avery' });
    // The account is made when it is first used.
    await send(brand, prepared);
    return prepared;
  },
  acceptInvitation: async (brand: BrandClient): Promise<Prepared> => {
    const invited = await send(brand, await operatorSamples.inviteOperator(brand));
    const token = invited.json.link.split('#')[1];
    return openCall('POST', '/session/invitation', { token, name: 'Maria Chen', password });
  },
  getSession: async (brand: BrandClient): Promise<Prepared> => ownCall(brand, 'GET', '/session'),
  confirmSession: async (brand: BrandClient): Promise<Prepared> =>
    ownCall(brand, 'POST', '/session/confirmation', { password }),
  changePassword: async (brand: BrandClient): Promise<Prepared> =>
    ownCall(brand, 'POST', '/session/password', { password: 'seven other words, all plain' }),
  createPasskeyChallenge: async (): Promise<Prepared> => openCall('POST', '/passkey-challenges'),
  openPasskeySession: async (brand: BrandClient): Promise<Prepared> => {
    const { ownHeaders } = await signedIn(brand.system, brand.brandId);
    const authenticator = await withPasskey(brand, ownHeaders);
    return openCall('POST', '/session/passkey', {
      passkey: authenticator.assert(await newChallenge(brand)),
    });
  },
  beginProviderSignIn: async (): Promise<Prepared> => openCall('POST', '/provider-sign-ins'),
  openProviderSession: (brand: BrandClient): Promise<Prepared> => preparedEntry(brand),
  listPasskeys: async (brand: BrandClient): Promise<Prepared> => ownCall(brand, 'GET', '/passkeys'),
  addPasskey: async (brand: BrandClient): Promise<Prepared> =>
    ownCall(brand, 'POST', '/passkeys', {
      name: 'My laptop',
      passkey: newAuthenticator().attest(await newChallenge(brand)),
    }),
  removePasskey: async (brand: BrandClient): Promise<Prepared> => {
    const { ownHeaders } = await signedIn(brand.system, brand.brandId);
    await withPasskey(brand, ownHeaders);
    const [passkey] = (await brand.call('GET', '/passkeys', { headers: ownHeaders })).json.data;
    return { method: 'DELETE', path: `/passkeys/${passkey.passkey_id}`, options: { headers: ownHeaders } };
  },
  closeSession: async (brand: BrandClient): Promise<Prepared> =>
    ownCall(brand, 'DELETE', '/session?sessions=others'),
};
