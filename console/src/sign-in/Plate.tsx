import type { ReactNode } from 'react';
import { Circles } from './Circles.tsx';
import styles from './Plate.module.css';

export interface PlateProps {
  readonly title: string;
  readonly sub: string;
  /** Below the promise. */
  readonly note?: string;
  readonly children: ReactNode;
}

/** The two halves of every page before sign-in: a form, and the promise. */
export function Plate({ title, sub, note, children }: PlateProps) {
  return (
    <div className={styles.halves}>
      <main className={styles.left}>
        <div className={styles.form}>
          <div>
            <h1 className={styles.title}>{title}</h1>
            <p className={styles.sub}>{sub}</p>
          </div>
          {children}
        </div>
      </main>
      <aside className={styles.plate} aria-label="What is written down">
        <Circles />
        <div className={styles.words}>
          <p className={styles.promise}>Every look at a person’s record is written down, with your name.</p>
          {note && <p className={styles.note}>{note}</p>}
        </div>
      </aside>
    </div>
  );
}
