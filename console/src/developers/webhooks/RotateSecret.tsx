import { useState } from 'react';
import { answerOf, api } from '../../api/client.ts';
import { useHere } from '../../api/session.ts';
import { useWrite } from '../../api/write.ts';
import { OverlapDialog } from '../OverlapDialog.tsx';
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
  return (
    <OverlapDialog
      title="Rotate the signing secret"
      verb="Rotate"
      label="Hours for which the old secret also signs"
      most={168}
      write={write}
      onSend={write.send}
      onClose={onClose}
    />
  );
}
