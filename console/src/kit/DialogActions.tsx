import type { ReactNode } from 'react';
import styles from './Dialog.module.css';

/** The buttons of a dialog, at its lower end. */
export const DialogActions = ({ children }: { readonly children: ReactNode }) => (
  <div className={styles.actions}>{children}</div>
);
