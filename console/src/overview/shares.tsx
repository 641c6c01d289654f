import type { Share } from '../kit/Bars.tsx';
import { addressVerdicts, kycState, kycStates, Status, verdictState } from '../kit/Status.tsx';

type Counts = Readonly<Record<string, number>>;

/** Each state that a customer has, and the list behind it. */
export const kycShares = (counts: Counts, slug: string): readonly Share[] =>
  kycStates.map((state) => ({
    key: state,
    // A state that nobody is in wants nobody.
    name: <Status {...kycState(state)} loud={Boolean(kycState(state).loud && counts[state])} />,
    count: counts[state] ?? 0,
    tone: kycState(state).tone,
    to: `/${slug}/customers?kyc=${state}`,
  }));

export const addressShares = (counts: Counts, slug: string): readonly Share[] =>
  addressVerdicts.map((verdict) => ({
    key: verdict,
    name: verdictState(verdict).word,
    count: counts[verdict] ?? 0,
    tone: verdictState(verdict).tone,
    ...(verdict !== 'none' && { to: `/${slug}/customers?verdict=${verdict}` }),
  }));

/** What the bars show, in a sentence. */
export function daySentence(created: readonly { readonly day: string; readonly count: number }[]): string {
  const total = created.reduce((sum, { count }) => sum + count, 0);
  const most = [...created].sort((one, other) => other.count - one.count)[0];
  const today = created.at(-1)?.count ?? 0;
  return `${total} new customers in ${created.length} days, ${today} of them today. The most were ${most?.count ?? 0}, on ${most?.day}.`;
}
