import type { ReactNode } from 'react';
import styles from './Empty.module.css';

export interface EmptyProps {
  readonly title: string;
  readonly children?: ReactNode;
}

/** Nothing is here, and what to do about it. */
export function Empty({ title, children }: EmptyProps) {
  return (
    <div className={styles.empty}>
      <p className={styles.title}>{title}</p>
      {children}
    </div>
  );
}
