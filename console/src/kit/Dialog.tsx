import { Dialog as Base } from '@base-ui/react/dialog';
import type { ReactNode } from 'react';
import { IconButton } from './Button.tsx';
import styles from './Dialog.module.css';
import { useDiscard } from './discard.tsx';

export interface DialogProps {
  readonly title: string;
  /** What a key, a click beside the window and its cross do: close it after a question about what was typed, at once, or never. */
  readonly closes?: 'asked' | 'at once' | 'never';
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** A small window with a form of its own. */
export function Dialog({ title, closes = 'asked', onClose, children }: DialogProps) {
  const { popup, question, close } = useDiscard(onClose);
  const dismiss = { asked: close, 'at once': onClose, never: () => undefined }[closes];
  return (
    <Base.Root open onOpenChange={(open) => !open && dismiss()}>
      <Base.Portal>
        <Base.Backdrop forceRender className={styles.veil} />
        <Base.Popup {...popup} className={styles.dialog}>
          <div className={styles.head}>
            <Base.Title className={styles.title}>{title}</Base.Title>
            {closes !== 'never' && <Base.Close render={<IconButton icon="close" label="Close" />} />}
          </div>
          {children}
          {question}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
