import { AlertDialog } from '@base-ui/react/alert-dialog';
import type { FormEvent, ReactNode } from 'react';
import { useRef, useState } from 'react';
import { Button } from './Button.tsx';
import styles from './Dialog.module.css';
import { DialogActions } from './DialogActions.tsx';
import { Field, FormError } from './Field.tsx';

export interface ConfirmProps {
  readonly title: string;
  /** The verb that is confirmed: "Delete". */
  readonly verb: string;
  readonly danger?: boolean;
  /** What has to be typed before the verb can be chosen. */
  readonly typed?: string;
  readonly busy?: boolean;
  readonly error?: string;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
  readonly children?: ReactNode;
}

/** Asks once more before something that cannot be undone. */
export function Confirm(props: ConfirmProps) {
  const { title, verb, danger = false, typed, busy = false, error, onConfirm, onClose, children } = props;
  const [text, setText] = useState('');
  const form = useRef<HTMLFormElement>(null);
  // Enter confirms: the focus begins at what has to be typed, or at the verb.
  const begin = () => form.current?.querySelector<HTMLElement>('input, [type=submit]') ?? null;
  const mayConfirm = typed === undefined || text.trim() === typed;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (mayConfirm) onConfirm();
  };
  return (
    <AlertDialog.Root open onOpenChange={(open) => !open && !busy && onClose()}>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop forceRender className={styles.veil} />
        <AlertDialog.Popup initialFocus={begin} className={styles.dialog}>
          <form ref={form} onSubmit={submit} className={styles.form}>
            <AlertDialog.Title className={styles.title}>{title}</AlertDialog.Title>
            <AlertDialog.Description render={<div />} className={styles.text}>
              {children}
            </AlertDialog.Description>
            {typed !== undefined && (
              <Field label={`Type ${typed}`} value={text} onChange={({ target }) => setText(target.value)} />
            )}
            {error && <FormError>{error}</FormError>}
            <DialogActions>
              <AlertDialog.Close render={<Button disabled={busy}>Cancel</Button>} />
              <Button type="submit" look={danger ? 'danger' : 'main'} busy={busy} disabled={!mayConfirm}>
                {verb}
              </Button>
            </DialogActions>
          </form>
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
