import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { answerOf, api } from '../../api/client.ts';
import { useHere } from '../../api/session.ts';
import { useWrite } from '../../api/write.ts';
import { Button } from '../../kit/Button.tsx';
import { CopyCurl } from '../../kit/Curl.tsx';
import { Drawer } from '../../kit/Drawer.tsx';
import styles from '../Developers.module.css';
import type { Webhook } from '../queries.ts';
import { webhookChanged } from '../queries.ts';
import { ShownSecret } from './ShownSecret.tsx';
import type { WebhookValues } from './WebhookFields.tsx';
import { sentOf, WebhookFields } from './WebhookFields.tsx';

export function NewWebhook() {
  const { brand } = useHere();
  const navigate = useNavigate();
  const [made, setMade] = useState<Webhook>();
  const [values, setValues] = useState<WebhookValues>({
    url: '',
    events: 'customer*, kyc.*',
    description: '',
    payload: 'thin',
  });
  const write = useWrite(
    (body: ReturnType<typeof sentOf>, header) =>
      answerOf(api.POST('/webhooks', { params: { header }, body })),
    ({ webhook_subscription: webhook }) => {
      setMade(webhook);
      void webhookChanged(brand, webhook.id);
    },
  );
  const close = () => void navigate({ to: `/${brand.slug}/webhooks` });
  if (made)
    return (
      <ShownSecret
        secret={made.secret}
        onKept={() => void navigate({ to: `/${brand.slug}/webhooks/${made.id}` })}
      />
    );
  return (
    <Drawer title="New webhook" onClose={close}>
      <form
        className={`${styles.form} ${styles.padded}`}
        onSubmit={(event) => {
          event.preventDefault();
          write.send(sentOf(values));
        }}
      >
        <WebhookFields values={values} onChange={setValues} failure={write.failure} />
        <div className={styles.actions}>
          <Button type="submit" look="main" busy={write.isSending}>
            Add the webhook
          </Button>
          <CopyCurl call={() => ({ method: 'POST', path: '/webhooks', body: sentOf(values) })} />
        </div>
      </form>
    </Drawer>
  );
}
