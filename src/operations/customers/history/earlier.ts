import type { Changed } from '../../../domain/customers/customer.ts';
import { earlierValues } from '../../../domain/customers/history.ts';
import type { SealContext } from '../../../domain/sealed-columns.ts';
import { sealContext } from '../../../domain/sealed-columns.ts';
import { asciiJson } from '../../../domain/text.ts';
import type { HistoryId, HistoryRow } from '../../../store/customers/history.ts';
import { historyPart } from '../../../store/customers/history.ts';
import type { StatementPart } from '../../../store/statement-parts.ts';
import type { CustomerKey } from '../../../vault/vault.ts';

export type HistoryFacts = Omit<HistoryRow, 'earlier' | 'ssn'>;

/** The context of what a change replaced, which is bound to the change. */
export const earlierSealContext = ({
  historyId,
  customerId,
  version,
  changedAt,
  fields,
}: HistoryFacts): SealContext =>
  sealContext('customer_history.earlier', {
    customer_id: customerId,
    history_id: historyId,
    version,
    changed_at: changedAt,
    fields,
  });

export const formerSsnSealContext = ({ historyId, customerId }: HistoryFacts): SealContext =>
  sealContext('customer_history.ssn', { customer_id: customerId, history_id: historyId });

/** The part of a change that keeps what it replaces. */
export interface KeptHistory {
  readonly parts: readonly StatementPart[];
  /** For the audit entry of the change. */
  readonly facts: { readonly history_id?: HistoryId };
}

export interface Replaced extends Pick<HistoryRow, 'historyId' | 'customerId' | 'version' | 'changedAt'> {
  readonly before: Changed['profile'];
  readonly changed: Changed;
  /** The full number before. */
  readonly ssn: string | undefined;
}

/** Nothing, where the change replaces nothing. */
export function keptHistory(key: CustomerKey, { before, changed, ssn, ...change }: Replaced): KeptHistory {
  const earlier = earlierValues(before, changed);
  const fields = Object.keys(earlier);
  if (fields.length === 0) return { parts: [], facts: {} };
  const facts = { ...change, fields };
  const row: HistoryRow = {
    ...facts,
    earlier: key.seal(earlierSealContext(facts), asciiJson(earlier)),
    ssn: ssn && key.seal(formerSsnSealContext(facts), ssn),
  };
  return { parts: [historyPart(row)], facts: { history_id: change.historyId } };
}
