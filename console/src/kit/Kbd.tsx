import styles from './Kbd.module.css';

/** A key of the keyboard. Screen readers get the shortcut from `aria-keyshortcuts`, not from here. */
export function Kbd({ children }: { readonly children: string }) {
  return (
    <span aria-hidden="true" className={styles.key}>
      {children}
    </span>
  );
}
