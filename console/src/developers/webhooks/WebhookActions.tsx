import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { answerOf, api } from '../../api/client.ts';
import { useHere } from '../../api/session.ts';
import { useWrite } from '../../api/write.ts';
import { Button, IconButton } from '../../kit/Button.tsx';
import { Confirm } from '../../kit/Confirm.tsx';
import { FormError } from '../../kit/Field.tsx';
import { Menu } from '../../kit/Menu.tsx';
import { toast } from '../../kit/Toast.tsx';
import type { Webhook } from '../queries.ts';
import { webhookChanged } from '../queries.ts';
import { EditWebhook } from './EditWebhook.tsx';
import { RotateSecret } from './RotateSecret.tsx';

/** Milliseconds in which the delivery of a test is usually there. */
const testMs = 1_500;

export function WebhookActions({ webhook }: { readonly webhook: Webhook }) {
  const { brand } = useHere();
  const navigate = useNavigate();
  const [asked, setAsked] = useState<'edit' | 'rotate' | 'delete'>();
  const path = { webhook_id: webhook.id };
  const close = () => setAsked(undefined);
  const test = useWrite(
    (_: undefined, header) => answerOf(api.POST('/webhooks/{webhook_id}/test', { params: { path, header } })),
    ({ event }) => {
      toast(event === 'webhook.test' ? 'A test is on its way' : 'The URL is asked its challenge again');
      setTimeout(() => void webhookChanged(brand, webhook.id), testMs);
    },
  );
  const toggle = useWrite(
    (status: Webhook['status'], header) =>
      answerOf(api.PATCH('/webhooks/{webhook_id}', { params: { path, header }, body: { status } })),
    () => webhookChanged(brand, webhook.id),
  );
  const remove = useWrite(
    (_: undefined, header) => answerOf(api.DELETE('/webhooks/{webhook_id}', { params: { path, header } })),
    async () => {
      toast('The webhook is deleted');
      await navigate({ to: `/${brand.slug}/webhooks` });
      await webhookChanged(brand, webhook.id);
    },
  );
  const isOn = webhook.status === 'STATUS_ENABLED';
  const failure = test.failure ?? toggle.failure;
  return (
    <>
      {failure && <FormError>{failure.message}</FormError>}
      <Button icon="send" busy={test.isSending} disabled={!isOn} onClick={() => test.send(undefined)}>
        Send a test
      </Button>
      <Button onClick={() => setAsked('edit')}>Edit</Button>
      <Menu
        trigger={<IconButton icon="more" label="More" />}
        items={[
          { word: 'Rotate the secret', icon: 'refresh', onChoose: () => setAsked('rotate') },
          {
            word: isOn ? 'Disable' : 'Enable',
            icon: isOn ? 'close' : 'check',
            onChoose: () => toggle.send(isOn ? 'STATUS_DISABLED' : 'STATUS_ENABLED'),
          },
          { word: 'Delete', danger: true, onChoose: () => setAsked('delete') },
        ]}
      />
      {asked === 'edit' && <EditWebhook webhook={webhook} onClose={close} />}
      {asked === 'rotate' && <RotateSecret webhook={webhook} onClose={close} />}
      {asked === 'delete' && (
        <Confirm
          title="Delete this webhook?"
          verb="Delete"
          danger
          busy={remove.isSending}
          error={remove.failure?.message}
          onConfirm={() => remove.send(undefined)}
          onClose={close}
        >
          Its deliveries go with it, and pending ones are not sent. This cannot be undone.
        </Confirm>
      )}
    </>
  );
}
