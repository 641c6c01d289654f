import type { Input, Precondition } from '../../contract/operation.ts';
import type { Contract } from '../../contract/table.ts';
import type { Address, AddressDefaults } from '../../domain/customers/address.ts';
import {
  addAddress,
  changeAddress,
  findAddress,
  removeAddress,
} from '../../domain/customers/address-book.ts';
import type { Present } from '../../domain/customers/customer.ts';
import { addressesJson, addressJson, readProfile } from '../../domain/customers/record.ts';
import { Refusal } from '../../domain/errors.ts';
import type { CustomerId } from '../../domain/ids.ts';
import { asciiJson } from '../../domain/text.ts';
import { naiveUtc, withOffset } from '../../domain/time.ts';
import { readCustomer } from '../../store/customers/customers.ts';
import { noteShown } from '../audit/entries.ts';
import type { Answer, Context } from '../system.ts';
import { addressDefaultsFor } from './address-verdicts.ts';
import type { Opened } from './change.ts';
import { openForChange, openProfile, writeChange } from './change.ts';

/** A customer's addresses, one at a time. They live in the customer's row, so its version is theirs. */

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
  await noteShown(context, [id]);
  return { text: await openProfile(context, row), version: row.version };
}

export async function createAddress(
  context: Context,
  { params, body, ifMatch }: Input<Contract['createAddress']>,
): Promise<Answer> {
  const { opened, present, addressDefaults } = await open(context, params.customer_id, ifMatch);
  const changed = addAddress(present, body, addressDefaults);
  const added = changed.profile.addresses.at(-1) as Address;
  return writeChange(context, opened, changed, (_head, _text, version) => ({
    status: 201,
    body: addressJson(added, withOffset),
    version,
  }));
}

export async function updateAddress(
  context: Context,
  { params, body, deferredProblems, ifMatch }: Input<Contract['updateAddress']>,
): Promise<Answer> {
  const { opened, present, addressDefaults } = await open(context, params.customer_id, ifMatch);
  const validationContext = { now: context.now, sandbox: context.system.environment === 'sandbox' };
  const changed = changeAddress(
    present,
    params.address_id,
    body,
    deferredProblems,
    validationContext,
    addressDefaults,
  );
  const address = findAddress(changed.profile.addresses, params.address_id);
  return writeChange(context, opened, changed, (_head, _text, version) => ({
    status: 200,
    body: addressJson(address, withOffset),
    version,
  }));
}

export async function deleteAddress(
  context: Context,
  { params, ifMatch }: Input<Contract['deleteAddress']>,
): Promise<Answer> {
  const { opened, present, addressDefaults } = await open(context, params.customer_id, ifMatch);
  const changed = removeAddress(present, params.address_id, addressDefaults);
  return writeChange(context, opened, changed, () => ({
    status: 200,
    body: asciiJson('Address resource deleted'),
  }));
}

interface ToChange {
  readonly opened: Opened;
  readonly present: Present;
  readonly addressDefaults: AddressDefaults;
}

async function open(context: Context, id: CustomerId, ifMatch: Precondition): Promise<ToChange> {
  const opened = await openForChange(context, id, ifMatch);
  return {
    opened,
    // No change of an address sends a number to compare with.
    present: { profile: opened.profile, kyc: opened.row.kyc, openSsn: () => undefined },
    addressDefaults: addressDefaultsFor(context.system, context.now),
  };
}
