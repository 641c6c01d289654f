import { useState } from 'react';
import { answerOf, api } from '../../api/client.ts';
import { useHere } from '../../api/session.ts';
import { useWrite } from '../../api/write.ts';
import { Button } from '../../kit/Button.tsx';
import { Dialog } from '../../kit/Dialog.tsx';
import { DialogActions } from '../../kit/DialogActions.tsx';
import { toast } from '../../kit/Toast.tsx';
import styles from '../Developers.module.css';
import type { Webhook } from '../queries.ts';
import { webhookChanged } from '../queries.ts';
import type { WebhookValues } from './WebhookFields.tsx';
import { sentOf, WebhookFields } from './WebhookFields.tsx';

export function EditWebhook({
  webhook,
  onClose,
}: {
  readonly webhook: Webhook;
  readonly onClose: () => void;
}) {
  const { brand } = useHere();
  const { id, url, description, payload } = webhook;
  const [values, setValues] = useState<WebhookValues>({
    url,
    events: webhook.events.join(', '),
    description,
    payload,
  });
  const write = useWrite(
    (body: ReturnType<typeof sentOf>, header) =>
      answerOf(api.PATCH('/webhooks/{webhook_id}', { params: { path: { webhook_id: id }, header }, body })),
    async () => {
      await webhookChanged(brand, id);
      toast('The webhook is changed');
      onClose();
    },
  );
  return (
    <Dialog title="Edit the webhook" onClose={onClose}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          write.send(sentOf(values));
        }}
      >
        <WebhookFields values={values} onChange={setValues} failure={write.failure} />
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="main" busy={write.isSending}>
            Save
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
