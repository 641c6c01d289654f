import type { Closing } from '../../domain/retention/policy.ts';
import type { Parameters } from '../sql.ts';

// What retention reads in the row of a customer, present or deleted.

/** What a change of it may replace. An absent value stays as it is. */
export interface RetentionFactsChange {
  /** Legal holds that are not released, after the change. */
  readonly holds?: number;
  /** The day on which the account was closed, and the one on which this was said. */
  readonly closing?: Closing;
}

export const retentionFactsSql = `holds = coalesce(:holds::smallint, holds),
    closed_on = coalesce(:closedOn::date, closed_on),
    closing_stated_on = coalesce(:closingStatedOn::date, closing_stated_on)`;

export const retentionFactsParameters = ({ holds, closing }: RetentionFactsChange): Parameters => ({
  holds,
  closedOn: closing?.closedOn,
  closingStatedOn: closing?.statedOn,
});
