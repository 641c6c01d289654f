import type { CustomerId } from '../../domain/ids.ts';
import type { FindingDetails } from '../../domain/kyc/finding.ts';
import type { SealContext } from '../../domain/sealed-columns.ts';
import { sealContext } from '../../domain/sealed-columns.ts';
import { asciiJson } from '../../domain/text.ts';
import { withOffset } from '../../domain/time.ts';
import type { FindingRow } from '../../store/kyc/findings.ts';
import { findingPart, findingsOfCustomer } from '../../store/kyc/findings.ts';
import type { RunRow } from '../../store/kyc/runs.ts';
import type { StatementPart } from '../../store/statement-parts.ts';
import { readSealed } from '../keyrings.ts';
import type { ChangeContext, Context } from '../system.ts';

/** How a verification was judged. Written with the change that it led to, and never changed. */

export interface NewFinding {
  /** The provider, or `reviewer`. */
  readonly source: string;
  /** The identity of a reviewer's key. */
  readonly foundBy?: string;
  readonly details: FindingDetails;
}

/** The part of a change that keeps what it followed from, and its id for the audit entry. */
export function keptFinding(
  { system, keyring, now }: Pick<ChangeContext, 'system' | 'keyring' | 'now'>,
  { customerId, runId }: RunRow,
  { source, foundBy, details }: NewFinding,
): { readonly part: StatementPart; readonly facts: { readonly finding_id: string } } {
  const facts = { findingId: system.newId<'finding'>(), runId, source, foundBy, foundAt: now };
  const sealed = keyring.seal(findingSealContext(customerId, facts), asciiJson(details));
  return { part: findingPart({ ...facts, details: sealed }), facts: { finding_id: facts.findingId } };
}

/** What was found in one verification, the oldest first. @throws VaultError where a row was altered. */
export async function shownFindings(
  keys: Pick<Context, 'system' | 'keyring' | 'scope'>,
  { customerId, runId }: RunRow,
): Promise<readonly object[]> {
  const all = await findingsOfCustomer(keys.scope, customerId);
  return Promise.all(
    all.filter((one) => one.runId === runId).map((one) => shownFinding(keys, customerId, one)),
  );
}

async function shownFinding(
  { system, keyring }: Pick<Context, 'system' | 'keyring'>,
  customerId: CustomerId,
  row: FindingRow,
): Promise<object> {
  const place = findingSealContext(customerId, row);
  const details = JSON.parse(
    await readSealed(system.keyrings, keyring, place, row.details),
  ) as FindingDetails;
  return {
    source: row.source,
    ...(row.foundBy !== undefined && { found_by: row.foundBy }),
    ...details,
    date_found: withOffset(row.foundAt),
  };
}

export const findingSealContext = (customerId: CustomerId, row: Omit<FindingRow, 'details'>): SealContext =>
  sealContext('kyc_findings.details', {
    customer_id: customerId,
    finding_id: row.findingId,
    run_id: row.runId,
    source: row.source,
    found_by: row.foundBy,
    found_at: row.foundAt,
  });
