import type { Input } from '../../../contract/operation.ts';
import type { Contract } from '../../../contract/table.ts';
import type { CustomerId } from '../../../domain/ids.ts';
import type { Instant } from '../../../domain/time.ts';
import { dayOf, plusSeconds } from '../../../domain/time.ts';
import { advanceDue } from './background.ts';
import type { Cast, Step } from './cast.ts';
import { specimen } from './specimen.ts';
import type { Caller } from './stage.ts';

type Decision = Input<Contract['decideKycReview']>['body'];

const asked: Decision = {
  decision: 'request_documents',
  documents: ['government_id', 'proof_of_address'],
};

/** What reviewers decide, and what is held, deleted and erased. */
export function compliance({ stage, crm, among }: Cast): readonly Step[] {
  const sam = <Result>(work: (call: Caller) => Promise<Result>) => stage.signedIn('sam', work);
  const avery = <Result>(work: (call: Caller) => Promise<Result>) => stage.signedIn('avery', work);
  const of = (outcome: Parameters<Cast['among']>[0], place: number) => {
    const id = among(outcome)[place];
    if (id === undefined) throw new Error(`The demo has no ${place + 1} customers that are ${outcome}.`);
    return { customer_id: id };
  };
  const review = async (call: Caller, place: number) => {
    const { customer_id } = of('review', place);
    const { data } = await call('listKycReviews', { query: { limit: 100 } });
    const found = data.find((one: { customer_id: CustomerId }) => one.customer_id === customer_id);
    const params = { review_id: found.review_id };
    await call('getKycReview', { params });
    return params;
  };
  const decides = (place: number, body: Decision) =>
    sam(async (call) => call('decideKycReview', { params: await review(call, place), body }));
  const handIn = async (place: number) => {
    await crm('submitKycDocuments', { params: of('review', place), body: documents() });
    await advanceDue(stage.system);
  };
  const propose = (call: Caller, place: number, changes: object, reason: string) =>
    call('createChangeRequest', { params: of('passed', place), body: { changes, reason } });
  const decideOldest = (decision: 'approve' | 'decline', note: string) =>
    sam(async (call) => {
      const { data } = await call('listChangeRequests', { query: { status: 'pending' } });
      const params = { change_request_id: data[0].change_request_id };
      await call('getChangeRequest', { params });
      return call('decideChangeRequest', { params, body: { decision, note } });
    });
  const remove = (outcome: 'passed' | 'failed', place: number) =>
    sam((call) => call('deleteCustomer', { params: of(outcome, place) }));
  const hold = (place: number, reason: string) =>
    sam((call) => call('setLegalHold', { params: of('passed', place), body: { reason } }));
  const erasure = (outcome: 'passed' | 'failed', place: number, reason: string) =>
    sam((call) => call('requestErasure', { params: of(outcome, place), body: { reason } }));

  return [
    [23.8, () => decides(0, asked)],
    [23.6, () => handIn(0)],
    [23.1, () => decides(0, { decision: 'approve', note: 'License and bill fit the record.' })],
    [17.3, () => decides(1, { decision: 'decline', note: 'The address belongs to another person.' })],
    [9.2, () => decides(2, asked)],
    [4.3, () => decides(3, asked)],
    [2.9, () => handIn(3)],
    [2.4, () => decides(4, asked)],
    [1.6, () => handIn(4)],
    [16.4, () => propose(crm, 0, { last_name: 'Whitlock' }, 'Married on 2 May; certificate seen.')],
    [15.5, () => decideOldest('approve', 'Certificate compared with the name.')],
    [12.6, () => propose(crm, 1, { dob: '1971-03-14' }, 'The customer says that the day was mistyped.')],
    [11.8, () => decideOldest('decline', 'The license shows the day that is stored.')],
    [2.2, () => propose(crm, 2, { last_name: 'Ashworth' }, 'Married; certificate handed in at a branch.')],
    [1.1, () => propose(crm, 3, { first_name: 'Katharina' }, 'Spelled as in the new passport.')],
    [0.4, () => avery((call) => propose(call, 4, { last_name: 'Osei' }, 'Court order of 12 November.'))],
    [13.2, () => remove('failed', 0)],
    [12.2, () => remove('passed', 5)],
    [10.4, () => hold(6, 'Subpoena 26-1182: keep until it is answered.')],
    [9.6, () => remove('passed', 6)],
    [8.7, () => hold(7, 'Dispute about a transfer of 11 November.')],
    [8.1, () => hold(8, 'Letter of the Attorney General of 2 November.')],
    [6.3, () => avery((call) => releaseFirst(call, of('passed', 8)))],
    [7.2, () => erasure('failed', 0, 'Asked for in writing; nothing has to be kept.')],
    [5.4, () => avery((call) => approveFirst(call, of('failed', 0)))],
    [1.3, () => erasure('passed', 5, 'Asked for in writing; the account was never used.')],
    [3.4, () => sam((call) => reveal(call, of('passed', 2)))],
    [4.8, () => crm('closeAccount', { params: of('passed', 9), body: closedOn(stage.system.now()) })],
    [0.9, () => crm('updateCustomer', { params: of('passed', 10), body: { email: 'moved@example.com' } })],
  ];
}

const closedOn = (now: Instant) => ({
  closed_on: dayOf(plusSeconds(now, -86_400)),
});

type Named = { readonly customer_id: CustomerId };

const reveal = (call: Caller, params: Named) =>
  call('revealSsn', { params, body: { reason: 'Compared with the paper form.' } });

async function releaseFirst(call: Caller, params: Named): Promise<void> {
  const { data } = await call('listLegalHolds', { query: { ...params, status: 'active' } });
  const hold = { ...params, hold_id: data[0].hold_id };
  await call('releaseLegalHold', { params: hold, body: { reason: 'The case was closed.' } });
}

async function approveFirst(call: Caller, params: Named): Promise<void> {
  const { data } = await call('listErasureRequests');
  await call('approveErasure', { params: { ...params, erasure_id: data[0].erasure_id } });
}

const documents = () => ({
  government_id: {
    type: 'drivers_license' as const,
    country: 'US',
    front_image: { file_name: 'license-front.png', image: specimen('DRIVER LICENSE', 'card') },
  },
  proof_of_address: {
    type: 'utility_bill' as const,
    file_name: 'utility-bill.png',
    image: specimen('UTILITY BILL', 'letter'),
  },
});
