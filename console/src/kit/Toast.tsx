import { Toast } from '@base-ui/react/toast';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { IconButton } from './Button.tsx';
import { Icon } from './Icon.tsx';
import styles from './Toast.module.css';

const manager = Toast.createToastManager<{ link?: { readonly to: string; readonly word: string } }>();

/** Says what worked. Errors stand where they happened, never here. */
export function toast(sentence: string, link?: { readonly to: string; readonly word: string }): void {
  manager.add({ title: sentence, timeout: 6_000, data: link ? { link } : {} });
}

export function Toasts({ children }: { readonly children: ReactNode }) {
  return (
    <Toast.Provider toastManager={manager} limit={3}>
      {children}
      <Toast.Portal>
        <Toast.Viewport className={styles.viewport}>
          <List />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  );
}

function List() {
  const { toasts } = Toast.useToastManager<{ link?: { readonly to: string; readonly word: string } }>();
  return toasts.map((one) => (
    <Toast.Root key={one.id} toast={one} className={styles.toast}>
      <Icon name="check" />
      <Toast.Title className={styles.title} render={<p />} />
      {one.data?.link && (
        <Link to={one.data.link.to} className={styles.link}>
          {one.data.link.word}
        </Link>
      )}
      <Toast.Close render={<IconButton icon="close" label="Dismiss" />} />
    </Toast.Root>
  ));
}
