import { useState } from 'react';
import { Field } from '../kit/Field.tsx';
import type { FormDialogProps } from '../kit/FormDialog.tsx';
import { FormDialog } from '../kit/FormDialog.tsx';

export interface OverlapDialogProps extends Pick<FormDialogProps, 'title' | 'verb' | 'write' | 'onClose'> {
  readonly label: string;
  readonly hint?: string;
  /** The most hours. */
  readonly most: number;
  readonly onSend: (hours: number) => void;
}

/** Asks for how many hours an old secret stays good beside the new one. */
export function OverlapDialog({ label, hint, most, onSend, ...dialog }: OverlapDialogProps) {
  const [hours, setHours] = useState('24');
  return (
    <FormDialog {...dialog} fields={['overlap_hours']} onSend={() => onSend(Number(hours))}>
      <Field
        label={label}
        type="number"
        min={0}
        max={most}
        required
        hint={hint}
        value={hours}
        onChange={({ target }) => setHours(target.value)}
        error={dialog.write.failure?.fields['overlap_hours']}
      />
    </FormDialog>
  );
}
