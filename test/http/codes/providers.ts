import { randomUUID } from 'node:crypto';
import type { ErrorCode } from '../../../src/domain/errors.ts';
import { instantOfMillis } from '../../../src/domain/time.ts';
import { nextOperator, provenOperator } from '../../../src/operations/operators/accounts.ts';
import { changeOperator } from '../../../src/store/operators/accounts.ts';
import { freePort } from '../../fakes/ports.ts';
import { headersFor, newPerson, signedIn } from '../../operators/people.ts';
import { answerFor, begin, enter, tokenOf } from '../../operators/provider/calls.ts';
import type { ProviderPerson } from '../../operators/provider/identity-provider.ts';
import type { BrandClient, Called, World } from '../../world.ts';
import { openWorld } from '../../world.ts';
import type { Case } from './budgets.ts';
import { anotherWorld, brand, provider, world } from './worlds.ts';

// Sign-ins at the provider that are refused.

type Headers = Readonly<Record<string, string>>;
type Cases = Partial<Record<ErrorCode, Case>>;

const once = <Made>(make: () => Promise<Made>): (() => Promise<Made>) => {
  let made: Promise<Made> | undefined;
  return () => {
    made ??= make();
    return made;
  };
};

const brandOf = async (opened: World): Promise<BrandClient> => opened.brand();

/** A service that is ahead of the provider by more than a token is valid, and one whose provider does not answer. */
const ahead = once(async () =>
  brandOf(await anotherWorld({ now: () => instantOfMillis(Date.now() + 7_200_000) })),
);
const alone = once(async () =>
  brandOf(await anotherWorld({ env: { CLIENTELE_OIDC_ISSUER: `http://127.0.0.1:${await freePort()}` } })),
);

/** A service without a provider. It closes after the call. */
async function without(call: (tenant: BrandClient) => Promise<Called>): Promise<Called> {
  const opened = await openWorld({ apiOnly: true });
  try {
    return await call(await opened.brand());
  } finally {
    await opened.close();
  }
}

/** Brings an answer to the API: to sign in, or to prove the person of a session. */
type Bring = (tenant: BrandClient, cookie: string, given: Headers, accept: Headers) => Promise<Called>;

const enterWith: Bring = (tenant, cookie, body, accept) =>
  tenant.call('POST', '/session/provider', { headers: { ...accept, Cookie: cookie }, body });

const proveWith: Bring = async (tenant, cookie, given, accept) => {
  const { ownHeaders } = await signedIn(tenant.system, tenant.brandId);
  const headers = { ...accept, ...ownHeaders, Cookie: `${ownHeaders['Cookie']}; ${cookie}` };
  return tenant.call('POST', '/session/confirmation', { headers, body: { provider: given } });
};

/** What both refuse. */
function casesOf(bring: Bring, query: string): Cases {
  const told =
    (answer: Headers): Case =>
    async (_row, accept) => {
      const { url, cookie } = await begin(brand, query);
      const state = new URL(url).searchParams.get('state') ?? '';
      return bring(brand, cookie, { state, ...answer }, accept);
    };
  return {
    provider_flow: async (_row, accept) => {
      const [mine, other] = [await begin(brand, query), await begin(brand, query)];
      const state = new URL(mine.url).searchParams.get('state') ?? '';
      return bring(brand, other.cookie, { state, code: 'none' }, accept);
    },
    provider_denied: told({ error: 'access_denied' }),
    provider_refused: told({ error: 'invalid_scope' }),
    provider_unreachable: told({ error: 'temporarily_unavailable' }),
    provider_answer: told({ code: 'made up' }),
    provider_clock: async (_row, accept) => {
      const tenant = await ahead();
      const begun = await begin(tenant, query);
      return bring(tenant, begun.cookie, await answerFor(begun, randomUUID()), accept);
    },
  };
}

/** A person whom the provider describes like this. */
const described =
  (claims: (login: string) => Promise<ProviderPerson>): Case =>
  async (_row, accept) => {
    const login = randomUUID();
    provider.people.set(login, await claims(login));
    const begun = await begin(brand);
    return enterWith(brand, begun.cookie, await answerFor(begun, login), accept);
  };

const notFound: Case = (row, accept) =>
  without((tenant) =>
    tenant.call('POST', row.path, {
      headers: { ...accept, Cookie: '' },
      ...(row.body && { body: row.body.example }),
    }),
  );

export const beginCases: Cases = {
  not_found: notFound,
  provider_unreachable: async (row, accept) =>
    (await alone()).call('POST', row.path, { headers: { ...accept, Cookie: '' } }),
};

export const entryCases: Cases = {
  ...casesOf(enterWith, ''),
  not_found: notFound,
  provider_no_roles: described(async (login) => ({
    email: `${login}@example.com`,
    email_verified: true,
    groups: ['unknown'],
  })),
  provider_email: described(async () => ({ groups: ['support'] })),
  provider_email_taken: described(async () => ({
    email: (await newPerson(world.system, brand.brandId)).email,
    email_verified: true,
    groups: ['support'],
  })),
  account_disabled: async (_row, accept) => {
    const login = randomUUID();
    await enter(brand, login);
    const { system } = world;
    const known = await provenOperator(system, { subject: `${provider.issuer} ${login}` });
    if (!known) throw new Error('The person has no account.');
    await changeOperator(system.db, nextOperator(system, known, { disabledAt: system.now() }));
    const begun = await begin(brand);
    return enterWith(brand, begun.cookie, await answerFor(begun, login), accept);
  },
};

export const proofCases: Cases = {
  ...casesOf(proveWith, '?purpose=proof'),
  provider_no_roles: async (_row, accept) => {
    const login = randomUUID();
    const own = headersFor(tokenOf(await enter(brand, login)), '-');
    provider.people.set(login, { email: `${login}@example.com`, email_verified: true, groups: [] });
    const begun = await begin(brand, '?purpose=proof');
    const headers = { ...accept, ...own, Cookie: `${own['Cookie']}; ${begun.cookie}` };
    const answer = { provider: await answerFor(begun, login) };
    return brand.call('POST', '/session/confirmation', { headers, body: answer });
  },
};
