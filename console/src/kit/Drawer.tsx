import { Dialog } from '@base-ui/react/dialog';
import type { ReactNode } from 'react';
import { IconButton } from './Button.tsx';
import styles from './Drawer.module.css';
import { useDiscard } from './discard.tsx';

export interface DrawerProps {
  readonly title: ReactNode;
  /** Below the title: state and id. */
  readonly sub?: ReactNode;
  /** Beside the close button: a menu. */
  readonly actions?: ReactNode;
  readonly onClose: () => void;
  readonly children: ReactNode;
  /** Sticks to the lower end. */
  readonly foot?: ReactNode;
}

/** One record beside its list, with an address of its own. At 390 px it has the whole screen. */
export function Drawer({ title, sub, actions, onClose, children, foot }: DrawerProps) {
  const { popup, question, close } = useDiscard(onClose);
  // A form puts the focus into its first field. Everything else begins at the drawer itself.
  const begin = () => popup.ref.current?.querySelector<HTMLElement>('[data-autofocus]') ?? popup.ref.current;
  return (
    <Dialog.Root open onOpenChange={(open) => !open && close()}>
      <Dialog.Portal>
        <Dialog.Backdrop className={styles.veil} />
        <Dialog.Popup {...popup} initialFocus={begin} className={styles.drawer}>
          <header className={styles.head}>
            <div className={styles.titles}>
              <Dialog.Title className={styles.title}>{title}</Dialog.Title>
              {sub && <div className={styles.sub}>{sub}</div>}
            </div>
            {actions}
            <Dialog.Close render={<IconButton icon="close" label="Close" />} />
          </header>
          <div className={styles.body}>{children}</div>
          {foot && <footer className={styles.foot}>{foot}</footer>}
          {question}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

/** A part of a drawer, with a soft heading. */
export function DrawerPart({
  title,
  aside,
  children,
}: {
  readonly title: string;
  readonly aside?: ReactNode;
  readonly children: ReactNode;
}) {
  return (
    <section className={styles.part}>
      <div className={styles.partHead}>
        <h3 className={styles.partTitle}>{title}</h3>
        {aside}
      </div>
      {children}
    </section>
  );
}
