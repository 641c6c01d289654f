import type { Input } from '../../contract/operation.ts';
import type { Contract } from '../../contract/table.ts';
import { contract } from '../../contract/table.ts';
import type { Address } from '../../domain/customers/address.ts';
import {
  addAddress,
  changeAddress,
  findAddress,
  removeAddress,
} from '../../domain/customers/address-book.ts';
import { addressesJson, addressJson, readProfile } from '../../domain/customers/record.ts';
import { Refusal } from '../../domain/errors.ts';
import type { CustomerId } from '../../domain/ids.ts';
import { asciiJson } from '../../domain/text.ts';
import { naiveUtc, withOffset } from '../../domain/time.ts';
import { readCustomer } from '../../store/customers/customers.ts';
import { recordReads } from '../audit/entries.ts';
import type { Answer, Context } from '../system.ts';
import { editCustomer, openProfile } from './change.ts';

/** Operations on single addresses. Addresses are stored in the customer's row and share its version. */

export async function listAddresses(
  context: Context,
  { params }: Input<Contract['listAddresses']>,
): Promise<Answer> {
  const { text, version } = await openToRead(context, params.customer_id);
  return { status: 200, body: addressesJson(text, naiveUtc), version };
}

export async function getAddress(
  context: Context,
  { params }: Input<Contract['getAddress']>,
): Promise<Answer> {
  const { text, version } = await openToRead(context, params.customer_id);
  const address = findAddress(readProfile(text).addresses, params.address_id);
  return { status: 200, body: addressJson(address, naiveUtc), version };
}

async function openToRead(context: Context, id: CustomerId): Promise<{ text: string; version: number }> {
  const row = await readCustomer(context.scope, id);
  if (!row) throw new Refusal('customer_dne');
  await recordReads(context, [id]);
  return { text: await openProfile(context, row), version: row.version };
}

export async function createAddress(
  context: Context,
  { params, body, ifMatch }: Input<Contract['createAddress']>,
): Promise<Answer> {
  return editCustomer(context, {
    customerId: params.customer_id,
    ifMatch,
    decide: (present, defaults) => addAddress(present, body, defaults),
    answer: ({ profile, version }) => ({
      status: 201,
      body: addressJson(profile.addresses.at(-1) as Address, withOffset),
      version,
    }),
  });
}

export async function updateAddress(
  context: Context,
  { params, body, deferredProblems, ifMatch }: Input<Contract['updateAddress']>,
): Promise<Answer> {
  const validationContext = {
    now: context.now,
    sandbox: context.system.environment === 'sandbox',
    validation: context.principal.validation,
  };
  return editCustomer(context, {
    customerId: params.customer_id,
    ifMatch,
    decide: (present, defaults) =>
      changeAddress(present, params.address_id, body, deferredProblems, validationContext, defaults),
    answer: ({ profile, version }) => ({
      status: 200,
      body: addressJson(findAddress(profile.addresses, params.address_id), withOffset),
      version,
    }),
  });
}

export async function deleteAddress(
  context: Context,
  { params, ifMatch }: Input<Contract['deleteAddress']>,
): Promise<Answer> {
  return editCustomer(context, {
    customerId: params.customer_id,
    ifMatch,
    decide: (present, defaults) => removeAddress(present, params.address_id, defaults),
    answer: () => ({ status: 200, body: asciiJson(contract.deleteAddress.answer.text) }),
  });
}
