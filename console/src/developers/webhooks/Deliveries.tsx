import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { answerOf, api } from '../../api/client.ts';
import { useHere } from '../../api/session.ts';
import { useWrite } from '../../api/write.ts';
import { Answer } from '../../kit/Answer.tsx';
import { Button } from '../../kit/Button.tsx';
import { Empty } from '../../kit/Empty.tsx';
import { FormError, Select } from '../../kit/Field.tsx';
import { Fold } from '../../kit/Fold.tsx';
import { Panel } from '../../kit/Panel.tsx';
import { Skeleton } from '../../kit/Skeleton.tsx';
import { toast } from '../../kit/Toast.tsx';
import { When } from '../../kit/When.tsx';
import styles from '../Developers.module.css';
import type { Delivery, DeliveryStatus as State } from '../queries.ts';
import { deliveriesQuery, webhookChanged } from '../queries.ts';
import { DeliveryDetails } from './DeliveryDetails.tsx';
import { DeliveryStatus } from './WebhookStatus.tsx';

const choices = [
  ['', 'All'],
  ['delivered', 'Delivered'],
  ['pending', 'Pending'],
  ['dead', 'Given up'],
] as const;

export function Deliveries({ webhookId }: { readonly webhookId: string }) {
  const { brand } = useHere();
  const [status, setStatus] = useState<State | ''>('');
  const list = useQuery(deliveriesQuery(brand, webhookId, status === '' ? undefined : status));
  const again = useWrite(
    (_: undefined, header) =>
      answerOf(
        api.POST('/webhooks/{webhook_id}/replay', {
          params: { path: { webhook_id: webhookId }, header },
          body: { dead: true },
        }),
      ),
    ({ replayed }) => {
      toast(`${replayed} are sent again`);
      return webhookChanged(brand, webhookId);
    },
  );
  const hasDead = list.data?.data.some((one) => one.status === 'dead');
  return (
    <Panel
      title="Deliveries"
      aside={
        <span className={styles.actions}>
          {hasDead && brand.may('webhooks:write') && (
            <Button small busy={again.isSending} onClick={() => again.send(undefined)}>
              Send all given up again
            </Button>
          )}
          <Select
            label="Status"
            hideLabel
            choices={choices}
            value={status}
            onChange={({ target }) => setStatus(target.value as State | '')}
          />
        </span>
      }
    >
      {again.failure && <FormError>{again.failure.message}</FormError>}
      <Answer query={list} skeleton={<Skeleton lines={6} />}>
        {({ data }) =>
          data.length === 0 ? (
            <Empty title={status === '' ? 'Nothing was sent here yet.' : 'No delivery has this status.'} />
          ) : (
            <div>
              {data.map((one) => (
                <OneDelivery key={one.delivery_id} webhookId={webhookId} delivery={one} />
              ))}
            </div>
          )
        }
      </Answer>
    </Panel>
  );
}

function OneDelivery({ webhookId, delivery }: { readonly webhookId: string; readonly delivery: Delivery }) {
  const { attempts, next_attempt_at: next } = delivery;
  const last = attempts.at(-1);
  const tried = `${attempts.length} ${attempts.length === 1 ? 'attempt' : 'attempts'}`;
  return (
    <Fold
      flush
      columns={styles.columns}
      line={
        <>
          <DeliveryStatus status={delivery.status} />
          <code>
            {delivery.event} #{delivery.number}
          </code>
          <span className={styles.soft}>
            {tried}
            {last && ` · ${last.status_code ?? last.outcome} · ${last.latency_ms} ms`}
          </span>
          {next ? (
            <span>
              next <When time={next} />
            </span>
          ) : (
            last && <When time={last.attempted_at} />
          )}
        </>
      }
    >
      <DeliveryDetails webhookId={webhookId} delivery={delivery} />
    </Fold>
  );
}
