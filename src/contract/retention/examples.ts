import { customerExample } from '../customers/examples.ts';

const customer_id = customerExample.customer_id;

export const reasonExample = { reason: 'Case 24-117, letter of counsel of 3 March.' };
export const closingExample = { closed_on: '2020-10-31' };
export const closedExample = { customer_id, closed_on: '2020-10-31' };

export const holdExample = {
  hold_id: '9a1c0e64-0d3b-4f0b-8a57-2f9d3f6f5b1a',
  customer_id,
  reason: reasonExample.reason,
  set_by: '3c1e9b60-52c5-4a3e-9f0c-4a8f4c1d2e3f',
  date_set: '2026-11-22T13:18:40.663032+00:00',
};
export const releasedExample = {
  ...holdExample,
  release_reason: reasonExample.reason,
  released_by: holdExample.set_by,
  date_released: '2027-01-09T08:02:11.104220+00:00',
};

export const erasureExample = {
  erasure_id: '5d0e7c2a-6a0e-4f57-9d6b-7b1f0e2c9a44',
  customer_id,
  reason: 'Created twice by mistake; the customer was never served.',
  requested_by: holdExample.set_by,
  date_requested: '2026-11-22T13:18:40.663032+00:00',
};
export const erasedExample = {
  customer_id,
  date_erased: '2026-11-23T09:00:00.000000+00:00',
  erased_because: 'early',
};

export const retentionExample = {
  customer_id,
  kept_as: 'identified',
  kept_until: '2031-11-22T13:18:40.663032+00:00',
  legal_hold: false,
};

const date_deleted = '2026-11-20T16:45:09.120345+00:00';

export const restrictedListExample = {
  data: [
    {
      customer_id,
      date_deleted,
      kyc_status: 'passed',
      legal_hold: false,
      kept_as: 'identified',
      erase_after: '2031-11-20T16:45:09.120345+00:00',
      erasure_requested: false,
    },
  ],
  next_cursor: null,
};
export const restrictedExample = {
  customer_id,
  date_deleted,
  customer: customerExample,
  closed_on: '2020-10-31',
  kept_as: 'identified',
  legal_holds: [holdExample],
  erasure_requests: [],
};

export const policyExample = {
  never_verified_days: 30,
  not_passed_months: 25,
  identity_years: 5,
  documents_years: 5,
};
export const policyChangeExample = { identity_years: 7 };
