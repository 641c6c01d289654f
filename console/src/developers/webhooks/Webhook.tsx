import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useHere } from '../../api/session.ts';
import { Answer } from '../../kit/Answer.tsx';
import { Id } from '../../kit/Copy.tsx';
import { Fact, Facts } from '../../kit/Facts.tsx';
import { Note } from '../../kit/Note.tsx';
import { Page } from '../../kit/Page.tsx';
import { Panel } from '../../kit/Panel.tsx';
import { When } from '../../kit/When.tsx';
import styles from '../Developers.module.css';
import type { Webhook as Subscription } from '../queries.ts';
import { webhookQuery } from '../queries.ts';
import { webhookRoute } from '../routes.ts';
import { Deliveries } from './Deliveries.tsx';
import { WebhookActions } from './WebhookActions.tsx';
import { WebhookStatus } from './WebhookStatus.tsx';

/** One subscription: its settings, and what was sent to it. */
export function Webhook() {
  const { brand } = useHere();
  const { webhookId } = webhookRoute.useParams();
  const webhook = useQuery(webhookQuery(brand, webhookId));
  return (
    <Page
      title="Webhook"
      sub={
        <>
          <Link to={`/${brand.slug}/webhooks`}>All webhooks</Link> · <Id id={webhookId} />
        </>
      }
      actions={webhook.data && brand.may('webhooks:write') && <WebhookActions webhook={webhook.data} />}
    >
      <Panel title="Settings" aside={webhook.data && <WebhookStatus webhook={webhook.data} />}>
        <Answer query={webhook}>{(one) => <Settings webhook={one} />}</Answer>
      </Panel>
      <Deliveries webhookId={webhookId} />
    </Page>
  );
}

function Settings({ webhook }: { readonly webhook: Subscription }) {
  const { previous_secret_until: until } = webhook;
  return (
    <>
      {webhook.because && (
        <Note tone="warn" icon="alert">
          {webhook.because}
        </Note>
      )}
      <Facts>
        <Fact name="URL">
          <span className={styles.url}>{webhook.url}</span>
        </Fact>
        {webhook.description && <Fact name="Description">{webhook.description}</Fact>}
        <Fact name="Events">
          <span className={styles.codes}>
            {webhook.events.map((one) => (
              <code key={one}>{one}</code>
            ))}
          </span>
        </Fact>
        <Fact name="Payload">{webhook.payload}</Fact>
        <Fact name="Secret">
          <code>{webhook.secret}</code>
          {until && (
            <>
              {' '}
              · the one before it signs too, until <When time={until} focusable />
            </>
          )}
        </Fact>
        <Fact name="Made">
          <When time={webhook.created_time} focusable />
        </Fact>
      </Facts>
    </>
  );
}
