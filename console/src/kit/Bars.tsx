import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import styles from './Bars.module.css';
import type { Tone } from './Status.tsx';

export interface BarsProps {
  readonly values: readonly number[];
  /** What the bars show, in a sentence, for those who do not see them. */
  readonly sentence: string;
}

/** A bar for each day. */
export function Bars({ values, sentence }: BarsProps) {
  const most = Math.max(1, ...values);
  return (
    <svg
      role="img"
      aria-label={sentence}
      viewBox={`0 0 ${values.length * 10} 100`}
      preserveAspectRatio="none"
      className={styles.bars}
    >
      {values.map((value, at) => {
        const height = value === 0 ? 0.75 : Math.max(2, (value / most) * 98);
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a bar is a place.
          <rect key={at} x={at * 10 + 1.5} y={100 - height} width="7" height={height} />
        );
      })}
    </svg>
  );
}

export interface Share {
  readonly key: string;
  readonly name: ReactNode;
  readonly count: number;
  readonly tone: Tone;
  readonly to?: string;
}

/** How a whole divides, as bars below each other, each a link to what it counts. */
export function Shares({ shares, total }: { readonly shares: readonly Share[]; readonly total: number }) {
  return (
    <ul className={styles.shares}>
      {shares.map(({ key, name, count, tone, to }) => (
        <li key={key} className={styles.share}>
          <span>{to ? <Link to={to}>{name}</Link> : name}</span>
          <svg aria-hidden="true" viewBox="0 0 100 8" preserveAspectRatio="none" className={styles[tone]}>
            <rect width="100" height="8" className={styles.rest} />
            <rect width={count === 0 ? 0 : Math.max(1, (count / Math.max(1, total)) * 100)} height="8" />
          </svg>
          <span className={styles.count}>{count.toLocaleString('en')}</span>
        </li>
      ))}
    </ul>
  );
}
