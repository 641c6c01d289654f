import type { ReactNode } from 'react';
import styles from './Page.module.css';
import { useWindowTitle } from './title.ts';

export interface PageProps {
  readonly title: string;
  /** The line that counts or dates. */
  readonly sub?: ReactNode;
  readonly actions?: ReactNode;
  /** The page needs the width: below 1440 px the side bar becomes a rail. */
  readonly wide?: boolean;
  readonly children: ReactNode;
}

/** A page: title, one line, actions, then content. */
export function Page({ title, sub, actions, wide = false, children }: PageProps) {
  useWindowTitle(title, 'page');
  return (
    <div className={styles.page} data-wide-page={wide || undefined}>
      <header className={styles.head}>
        <div>
          <h1 className={styles.title}>{title}</h1>
          {sub && <div className={styles.sub}>{sub}</div>}
        </div>
        {actions && <div className={styles.actions}>{actions}</div>}
      </header>
      {children}
    </div>
  );
}

/** The one card that has the content of a page. */
export const Card = ({ children, label }: { readonly children: ReactNode; readonly label?: string }) => (
  <section aria-label={label} className={styles.card}>
    {children}
  </section>
);

/** Filters above a card. */
export const Filters = ({ children }: { readonly children: ReactNode }) => (
  <div className={styles.filters}>{children}</div>
);
