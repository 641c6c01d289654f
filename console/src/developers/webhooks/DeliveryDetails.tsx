import { useQuery } from '@tanstack/react-query';
import { answerOf, api } from '../../api/client.ts';
import { useHere } from '../../api/session.ts';
import { useWrite } from '../../api/write.ts';
import { Answer } from '../../kit/Answer.tsx';
import { Button } from '../../kit/Button.tsx';
import { Command } from '../../kit/Command.tsx';
import { FormError } from '../../kit/Field.tsx';
import { toast } from '../../kit/Toast.tsx';
import { exactly } from '../../kit/When.tsx';
import styles from '../Developers.module.css';
import type { Delivery } from '../queries.ts';
import { deliveryQuery, webhookChanged } from '../queries.ts';

export interface DeliveryDetailsProps {
  readonly webhookId: string;
  readonly delivery: Delivery;
}

/** The request as it was sent, every attempt with its answer, and the way to send it again. */
export function DeliveryDetails({ webhookId, delivery }: DeliveryDetailsProps) {
  const { brand } = useHere();
  const whole = useQuery(deliveryQuery(brand, webhookId, delivery.delivery_id));
  const again = useWrite(
    (_: undefined, header) =>
      answerOf(
        api.POST('/webhooks/{webhook_id}/replay', {
          params: { path: { webhook_id: webhookId }, header },
          body: { event_id: delivery.event_id },
        }),
      ),
    () => {
      toast('The event is sent again');
      return webhookChanged(brand, webhookId);
    },
  );
  return (
    <>
      <Answer query={whole}>
        {({ request, attempts }) => (
          <>
            <Command>{textOf(request)}</Command>
            {request.body === undefined && (
              <p className={styles.soft}>
                The body is not shown: your roles do not reach what was sent, or it is deleted.
              </p>
            )}
            <ol className={styles.attempts} aria-label="Attempts">
              {attempts.toReversed().map((attempt, at) => (
                <li key={attempt.attempted_at}>
                  <strong>Attempt {attempts.length - at}</strong>
                  <span>{exactly(attempt.attempted_at)}</span>
                  <span>{attempt.status_code ?? attempt.outcome.replaceAll('_', ' ')}</span>
                  <span className={styles.soft}>{attempt.latency_ms.toLocaleString('en')} ms</span>
                  {attempt.answer && <pre className={styles.answer}>{attempt.answer}</pre>}
                </li>
              ))}
            </ol>
          </>
        )}
      </Answer>
      {brand.may('webhooks:write') && delivery.status !== 'pending' && (
        <div className={styles.actions}>
          <Button small icon="send" busy={again.isSending} onClick={() => again.send(undefined)}>
            Send again
          </Button>
        </div>
      )}
      {again.failure && <FormError>{again.failure.message}</FormError>}
    </>
  );
}

interface Request {
  readonly url: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body?: string;
}

/** The request as HTTP writes it. The signatures are not kept. */
const textOf = ({ url, headers, body }: Request): string =>
  [
    `POST ${url}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    ...(body === undefined ? [] : ['', body]),
  ].join('\n');
