import { Status } from '../../kit/Status.tsx';
import { momentOf } from '../../kit/When.tsx';
import type { Delivery, Webhook } from '../queries.ts';

/** Whether a subscription gets events, in one word and with its shape. */
export function WebhookStatus({ webhook }: { readonly webhook: Webhook }) {
  const { state, failing_since: since } = webhook;
  if (state === 'disabled') return <Status word="Disabled" tone="mute" icon="close" />;
  if (state === 'stopped') return <Status word="Stopped" tone="bad" icon="alert" loud />;
  if (state === 'unverified') return <Status word="Waits for its URL" tone="warn" icon="hourglass" loud />;
  if (since !== undefined)
    return <Status word={`Failing since ${momentOf(since)}`} tone="bad" icon="alert" loud />;
  return <Status word="Enabled" tone="good" icon="check" />;
}

const deliveries = {
  delivered: { word: 'Delivered', tone: 'good', icon: 'check' },
  pending: { word: 'Pending', tone: 'busy', icon: 'submitted' },
  dead: { word: 'Given up', tone: 'bad', icon: 'close', loud: true },
} as const;

export const DeliveryStatus = ({ status }: { readonly status: Delivery['status'] }) => (
  <Status {...deliveries[status]} />
);
