import type { ReactNode } from 'react';
import { useState } from 'react';
import { classes } from './classes.ts';
import styles from './Fold.module.css';

export interface FoldProps {
  /** What the line has, a column each. */
  readonly line: ReactNode;
  /** A class that sets `--fold-columns`. */
  readonly columns: string | undefined;
  /** Within a panel, which has its own padding. */
  readonly flush?: boolean;
  readonly children: ReactNode;
}

/** A line of a list that opens to its details. */
export function Fold({ line, columns, flush = false, children }: FoldProps) {
  const [isOpen, setOpen] = useState(false);
  return (
    <div className={classes(styles.item, flush && styles.flush)}>
      <button
        type="button"
        className={classes(styles.line, columns)}
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
      >
        {line}
      </button>
      {isOpen && <div className={styles.details}>{children}</div>}
    </div>
  );
}
