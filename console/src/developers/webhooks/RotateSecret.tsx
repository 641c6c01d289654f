import { useState } from 'react';
import { answerOf, api } from '../../api/client.ts';
import { useHere } from '../../api/session.ts';
import { useWrite } from '../../api/write.ts';
import { Button } from '../../kit/Button.tsx';
import { Dialog, DialogActions } from '../../kit/Dialog.tsx';
import { Field, FormError } from '../../kit/Field.tsx';
import styles from '../Developers.module.css';
import type { Webhook } from '../queries.ts';
import { webhookChanged } from '../queries.ts';
import { ShownSecret } from './ShownSecret.tsx';

export function RotateSecret({
  webhook,
  onClose,
}: {
  readonly webhook: Webhook;
  readonly onClose: () => void;
}) {
  const { brand } = useHere();
  const [hours, setHours] = useState('24');
  const [secret, setSecret] = useState<string>();
  const write = useWrite(
    (overlap: number, header) =>
      answerOf(
        api.POST('/webhooks/{webhook_id}/rotate-secret', {
          params: { path: { webhook_id: webhook.id }, header },
          body: { overlap_hours: overlap },
        }),
      ),
    ({ webhook_subscription: changed }) => {
      setSecret(changed.secret);
      void webhookChanged(brand, webhook.id);
    },
  );
  if (secret !== undefined) return <ShownSecret secret={secret} onKept={onClose} />;
  const error = write.failure?.fields['overlap_hours'];
  return (
    <Dialog title="Rotate the signing secret" onClose={onClose}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          write.send(Number(hours));
        }}
      >
        <Field
          label="Hours for which the old secret also signs"
          type="number"
          min={0}
          max={168}
          required
          value={hours}
          onChange={({ target }) => setHours(target.value)}
          error={error}
        />
        {write.failure && !error && <FormError>{write.failure.message}</FormError>}
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="main" busy={write.isSending}>
            Rotate
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
