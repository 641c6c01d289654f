import type { OperationRow } from '../../../src/contract/operation.ts';
import type { ErrorCode } from '../../../src/domain/errors.ts';
import { nextOperator } from '../../../src/operations/operators/accounts.ts';
import { changeOperator } from '../../../src/store/operators/accounts.ts';
import { sessionsOf } from '../../../src/store/operators/sessions.ts';
import { prepare, send } from '../../contract-samples.ts';
import { newAuthenticator, newChallenge, withPasskey } from '../../operators/authenticator.ts';
import { headersFor, newPerson, setProof, signedIn } from '../../operators/people.ts';
import type { Called } from '../../world.ts';
import { bent } from './bent.ts';
import type { Case } from './budgets.ts';
import { beginCases, entryCases, proofCases } from './providers.ts';
import { brand, live, provider, world } from './worlds.ts';

/** The sample of an operation about an account, sent by a person about another one. */
async function aboutAccount(
  row: OperationRow,
  headers: Readonly<Record<string, string>>,
  { path, sender }: { readonly path: string; readonly sender: Readonly<Record<string, string>> },
): Promise<Called> {
  const prepared = await prepare(row, brand);
  const end = prepared.path.split('/').slice(3).join('/');
  const body = { ...(prepared.options.body as object), disabled: true };
  return send(brand, prepared, {
    path: [path, end].filter((part) => part !== '').join('/'),
    ...(row.operationId === 'updateOperator' && { body }),
    headers: { ...headers, ...sender },
  });
}

const ownAccount: Case = async (row, headers) => {
  const { operator, headers: sender } = await signedIn(world.system, brand.brandId);
  return aboutAccount(row, headers, { path: `/operators/${operator.operatorId}`, sender });
};

/** About a person who signs in at the provider. */
const ofProvider: Case = async (row, headers) => {
  const person = await newPerson(world.system, brand.brandId);
  const linked = nextOperator(world.system, person, { subject: `${provider.issuer} ${person.operatorId}` });
  await changeOperator(world.system.db, linked);
  const { headers: sender } = await signedIn(world.system, brand.brandId, { everywhere: ['admin'] });
  if (row.operationId === 'updateOperator')
    return aboutAccount(row, headers, { path: `/operators/${person.operatorId}`, sender });
  const body = { email: person.email, roles: ['viewer'] };
  return send(brand, await prepare(row, brand), { body, headers: { ...headers, ...sender } });
};

const elsewhere: Case = async (row, headers) => {
  const { operatorId } = await newPerson(world.system, brand.brandId, { everywhere: ['viewer'] });
  const { headers: sender } = await signedIn(world.system, brand.brandId);
  return aboutAccount(row, headers, { path: `/operators/${operatorId}`, sender });
};

const wrongPassword = bent(({ options }) => ({
  body: { ...(options.body as object), password: 'another few plain words' },
}));

/** In live, where a source has 30 tries in a minute. */
const tooManyTries: Case = async (row, headers) => {
  const { brand: tenant } = await live();
  // Prepared where no limit counts: the cases before this one have spent the minute's tries.
  const prepared = await prepare(row, brand);
  const body = { ...(prepared.options.body as object), token: 'invitation_unknown' };
  const guess = row.operationId === 'acceptInvitation' ? { body } : {};
  let answer = await send(tenant, prepared, { ...guess, headers });
  for (let more = 0; more < 40 && answer.status !== 429; more += 1)
    answer = await send(tenant, prepared, { ...guess, headers });
  return answer;
};

/** A body in which an authenticator has signed with a count that it has passed. */
const copiedPasskey: Case = async (row, headers) => {
  const person = await signedIn(world.system, brand.brandId);
  const authenticator = await withPasskey(brand, person.ownHeaders);
  authenticator.counter = 0;
  const body = { passkey: authenticator.assert(await newChallenge(brand)) };
  return send(brand, await prepare(row, brand), { body, headers: { ...headers, ...person.ownHeaders } });
};

/** A person whose session was opened by the password alone, beside a passkey. */
const besidePasskey: Case = async (row, headers) => {
  const person = await signedIn(world.system, brand.brandId);
  await withPasskey(brand, person.ownHeaders);
  const [session] = await sessionsOf(world.system.db, person.operator.operatorId);
  if (!session) throw new Error('There is no session.');
  await setProof(world.system, { ...session, isStrong: false }, world.system.now());
  await new Promise((resolve) => setTimeout(resolve, 600));
  return send(brand, await prepare(row, brand), { headers: { ...headers, ...person.ownHeaders } });
};

/** Operations of people who sign in, and about their accounts. */
export const operatorCases: Readonly<Record<string, Partial<Record<ErrorCode, Case>>>> = {
  inviteOperator: {
    own_account: async (row, headers) => {
      const { operator, headers: sender } = await signedIn(world.system, brand.brandId);
      const body = { email: operator.email, roles: ['viewer'] };
      return send(brand, await prepare(row, brand), { body, headers: { ...headers, ...sender } });
    },
    operator_elsewhere: async (row, headers) => {
      const { email } = await newPerson(world.system, brand.brandId, { everywhere: ['viewer'] });
      const { headers: sender } = await signedIn(world.system, brand.brandId);
      const body = { email, roles: ['viewer'] };
      return send(brand, await prepare(row, brand), { body, headers: { ...headers, ...sender } });
    },
    provider_account: ofProvider,
  },
  updateOperator: { own_account: ownAccount, operator_elsewhere: elsewhere, provider_account: ofProvider },
  resetOperator: { own_account: ownAccount, operator_elsewhere: elsewhere },
  openSession: { sign_in_err: wrongPassword, sign_in_limited: tooManyTries },
  openDemoSession: {
    not_found: async (row, headers) => {
      const { brand: tenant } = await live();
      return send(
        tenant,
        { method: row.method, path: row.path, options: { body: row.body?.example } },
        { headers },
      );
    },
  },
  acceptInvitation: {
    link_err: bent(({ options }) => ({
      body: { ...(options.body as object), token: 'invitation_unknown' },
    })),
    sign_in_limited: tooManyTries,
  },
  createPasskeyChallenge: { sign_in_limited: tooManyTries },
  beginProviderSignIn: { ...beginCases, sign_in_limited: tooManyTries },
  openProviderSession: { ...entryCases, sign_in_limited: tooManyTries },
  openPasskeySession: {
    sign_in_err: async (row, headers) => {
      const passkey = newAuthenticator().assert(await newChallenge(brand));
      return send(brand, await prepare(row, brand), { body: { passkey }, headers });
    },
    sign_in_limited: tooManyTries,
    passkey_copied: copiedPasskey,
  },
  addPasskey: {
    passkey_err: async (row, headers) => {
      const passkey = newAuthenticator().attest({ ...(await newChallenge(brand)), challenge: 'AAAA' });
      return send(brand, await prepare(row, brand), { body: { name: 'Mine', passkey }, headers });
    },
    passkey_dup: async (row, headers) => {
      const { ownHeaders } = await signedIn(world.system, brand.brandId);
      const known = await withPasskey(brand, ownHeaders);
      const passkey = known.attest(await newChallenge(brand));
      return send(brand, await prepare(row, brand), { body: { name: 'Mine', passkey }, headers });
    },
    passkey_required: besidePasskey,
  },
  changePassword: {
    no_password: async (row, headers) => {
      const opened = await brand.call('POST', '/session/demo', { body: { account: 'robin' } });
      const [, token = ''] = /clientele=([\w-]+)/.exec(opened.headers.get('set-cookie') ?? '') ?? [];
      return send(brand, await prepare(row, brand), { headers: { ...headers, ...headersFor(token, '-') } });
    },
  },
  confirmSession: {
    ...proofCases,
    passkey_copied: copiedPasskey,
    // A body that is refused counts as a request, and not as a try.
    rate_limited: async (row, headers) => {
      const { brand: tenant } = await live();
      const prepared = await prepare(row, tenant);
      let answer = await send(tenant, prepared, { body: {}, headers });
      for (let more = 0; more < 12 && answer.status !== 429; more += 1)
        answer = await send(tenant, prepared, { body: {}, headers });
      return answer;
    },
    sign_in_err: wrongPassword,
    sign_in_limited: async (row, headers) => {
      const prepared = await prepare(row, brand);
      const body = { password: 'another few plain words' };
      let answer = await send(brand, prepared, { body, headers });
      for (let more = 0; more < 6 && answer.status !== 429; more += 1)
        answer = await send(brand, prepared, { body, headers });
      return answer;
    },
  },
};
