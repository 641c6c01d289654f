import type { OperationRow } from '../../../src/contract/operation.ts';
import type { ErrorCode } from '../../../src/domain/errors.ts';
import { prepare, send } from '../../contract-samples.ts';
import { newPerson, signedIn } from '../../operators/people.ts';
import type { Called } from '../../world.ts';
import { bent } from './bent.ts';
import type { Case } from './budgets.ts';
import { brand, live, world } from './worlds.ts';

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
  const prepared = await prepare(row, tenant);
  const body = { ...(prepared.options.body as object), token: 'invitation_unknown' };
  const guess = row.operationId === 'acceptInvitation' ? { body } : {};
  let answer = await send(tenant, prepared, { ...guess, headers });
  for (let more = 0; more < 40 && answer.status !== 429; more += 1)
    answer = await send(tenant, prepared, { ...guess, headers });
  return answer;
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
  },
  updateOperator: { own_account: ownAccount, operator_elsewhere: elsewhere },
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
  confirmSession: {
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
