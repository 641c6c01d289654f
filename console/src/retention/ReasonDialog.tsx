import { useState } from 'react';
import type { Failure } from '../api/failure.ts';
import { Button } from '../kit/Button.tsx';
import { Dialog, DialogActions } from '../kit/Dialog.tsx';
import { FormError, TextArea } from '../kit/Field.tsx';
import styles from './Retention.module.css';

export interface ReasonDialogProps {
  readonly title: string;
  readonly hint: string;
  readonly verb: string;
  readonly busy: boolean;
  readonly failure: Failure | undefined;
  readonly onSend: (reason: string) => void;
  readonly onClose: () => void;
}

/** Asks why. The reason stays in the audit trail, so it names a case and not the person. */
export function ReasonDialog({ title, hint, verb, busy, failure, onSend, onClose }: ReasonDialogProps) {
  const [reason, setReason] = useState('');
  return (
    <Dialog title={title} onClose={onClose}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          onSend(reason);
        }}
      >
        <TextArea
          label="Reason"
          hint={hint}
          minLength={3}
          maxLength={500}
          required
          value={reason}
          onChange={({ target }) => setReason(target.value)}
          error={failure?.fields['reason']}
        />
        {failure && !failure.fields['reason'] && <FormError>{failure.message}</FormError>}
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="main" busy={busy}>
            {verb}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
