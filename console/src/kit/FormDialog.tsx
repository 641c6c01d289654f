import type { ReactNode } from 'react';
import { useState } from 'react';
import type { Failure } from '../api/failure.ts';
import { Button } from './Button.tsx';
import styles from './Dialog.module.css';
import { Dialog } from './Dialog.tsx';
import { DialogActions } from './DialogActions.tsx';
import { FormError, TextArea } from './Field.tsx';

export interface FormDialogProps {
  readonly title: string;
  readonly verb: string;
  /** How the write of the form goes. */
  readonly write: { readonly isSending: boolean; readonly failure: Failure | undefined };
  /** The fields that say themselves what the API says of them, by its paths. All else stands below them. */
  readonly fields?: readonly string[];
  readonly onSend: () => void;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** A form in a small window: fields, what went wrong, and two buttons. */
export function FormDialog({ title, verb, write, fields = [], onSend, onClose, children }: FormDialogProps) {
  const { failure, isSending } = write;
  const isTold = fields.some((name) => failure?.fields[name]);
  return (
    <Dialog title={title} onClose={onClose}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          onSend();
        }}
      >
        {children}
        {failure && !isTold && <FormError>{failure.message}</FormError>}
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="main" busy={isSending}>
            {verb}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

export interface ReasonDialogProps extends Pick<FormDialogProps, 'title' | 'verb' | 'write' | 'onClose'> {
  readonly hint: string;
  readonly onSend: (reason: string) => void;
}

/** Asks why. The reason stays in the audit trail. */
export function ReasonDialog({ hint, onSend, ...dialog }: ReasonDialogProps) {
  const [reason, setReason] = useState('');
  return (
    <FormDialog {...dialog} fields={['reason']} onSend={() => onSend(reason)}>
      <TextArea
        label="Reason"
        hint={hint}
        minLength={3}
        maxLength={500}
        required
        value={reason}
        onChange={({ target }) => setReason(target.value)}
        error={dialog.write.failure?.fields['reason']}
      />
    </FormDialog>
  );
}
