import { Dialog as Base } from '@base-ui/react/dialog';
import type { ReactNode } from 'react';
import { IconButton } from './Button.tsx';
import styles from './Dialog.module.css';
import { useDiscard } from './discard.tsx';

export interface DialogProps {
  readonly title: string;
  /** Whether a key or a click beside the window asks before it throws away what was typed. */
  readonly asks?: boolean;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** A small window with a form of its own. */
export function Dialog({ title, asks = true, onClose, children }: DialogProps) {
  const { popup, question, close } = useDiscard(onClose);
  return (
    <Base.Root open onOpenChange={(open) => !open && (asks ? close() : onClose())}>
      <Base.Portal>
        <Base.Backdrop forceRender className={styles.veil} />
        <Base.Popup {...popup} className={styles.dialog}>
          <div className={styles.head}>
            <Base.Title className={styles.title}>{title}</Base.Title>
            <Base.Close render={<IconButton icon="close" label="Close" />} />
          </div>
          {children}
          {question}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
