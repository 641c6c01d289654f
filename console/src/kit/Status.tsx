import { classes } from './classes.ts';
import type { IconName } from './Icon.tsx';
import { Icon } from './Icon.tsx';
import styles from './Status.module.css';

export type Tone = 'good' | 'busy' | 'warn' | 'want' | 'bad' | 'mute';

export interface StatusProps {
  readonly word: string;
  readonly tone: Tone;
  readonly icon?: IconName;
  /** Whether it wants somebody: then it has a wash. What is as it should be is quiet. */
  readonly loud?: boolean;
}

/** A state by shape, word and colour, so that no one of them is needed. */
export function Status({ word, tone, icon, loud = false }: StatusProps) {
  return (
    <span className={classes(styles.status, styles[tone], loud && styles.loud)}>
      {icon && <Icon name={icon} size={14} />}
      <span>{word}</span>
    </span>
  );
}

const kyc = {
  passed: { word: 'Passed', tone: 'good', icon: 'check' },
  submitted: { word: 'Submitted', tone: 'busy', icon: 'submitted' },
  under_review: { word: 'Under review', tone: 'warn', icon: 'review', loud: true },
  document_required: { word: 'Wants documents', tone: 'want', icon: 'document', loud: true },
  failed: { word: 'Failed', tone: 'bad', icon: 'close', loud: true },
  error: { word: 'Error', tone: 'bad', icon: 'alert', loud: true },
  expired: { word: 'Expired', tone: 'mute', icon: 'hourglass' },
  none: { word: 'Not started', tone: 'mute' },
} as const satisfies Readonly<Record<string, StatusProps>>;

export type KycState = keyof typeof kyc;
export const kycStates = Object.keys(kyc) as readonly KycState[];
export const kycState = (state: string | undefined): StatusProps =>
  kyc[(state ?? 'none') as KycState] ?? kyc.none;

export const KycStatus = ({ state }: { readonly state: string | undefined }) => (
  <Status {...kycState(state)} />
);

const verdicts = {
  deliverable: { word: 'Deliverable', tone: 'good', icon: 'check' },
  deliverable_unnecessary_unit: { word: 'Unit not needed', tone: 'warn', icon: 'alert', loud: true },
  deliverable_incorrect_unit: { word: 'Unit is wrong', tone: 'warn', icon: 'alert', loud: true },
  deliverable_missing_unit: { word: 'Unit is missing', tone: 'warn', icon: 'alert', loud: true },
  undeliverable: { word: 'Undeliverable', tone: 'bad', icon: 'close', loud: true },
  none: { word: 'Not judged', tone: 'mute', icon: 'submitted' },
} as const satisfies Readonly<Record<string, StatusProps>>;

export type AddressVerdict = keyof typeof verdicts;
export const addressVerdicts = Object.keys(verdicts) as readonly AddressVerdict[];
export const verdictState = (verdict: string | undefined): StatusProps =>
  verdicts[(verdict ?? 'none') as AddressVerdict] ?? verdicts.none;

export const VerdictStatus = ({ verdict }: { readonly verdict: string | undefined }) => (
  <Status {...verdictState(verdict)} />
);
