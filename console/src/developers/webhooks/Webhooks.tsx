import { useQuery } from '@tanstack/react-query';
import { Outlet } from '@tanstack/react-router';
import { useHere } from '../../api/session.ts';
import { Answer } from '../../kit/Answer.tsx';
import { LinkButton } from '../../kit/Button.tsx';
import { CopyCurl } from '../../kit/Curl.tsx';
import { Empty } from '../../kit/Empty.tsx';
import { Card, Page } from '../../kit/Page.tsx';
import type { Column } from '../../kit/Table.tsx';
import { Table, TableSkeleton } from '../../kit/Table.tsx';
import { When } from '../../kit/When.tsx';
import styles from '../Developers.module.css';
import type { Webhook } from '../queries.ts';
import { webhooksQuery } from '../queries.ts';
import { WebhookStatus } from './WebhookStatus.tsx';

const columns: readonly Column<Webhook>[] = [
  { head: 'URL', cell: ({ url }) => <span className={styles.url}>{url}</span>, corner: 'topLeft' },
  { head: 'Events', cell: ({ events }) => <code>{events.join(', ')}</code>, corner: 'bottomLeft' },
  { head: 'Payload', cell: ({ payload }) => payload },
  { head: 'State', cell: (webhook) => <WebhookStatus webhook={webhook} />, corner: 'topRight' },
  {
    head: 'Changed',
    cell: ({ updated_time: time }) => <When time={time} />,
    end: true,
    corner: 'bottomRight',
  },
];

export function Webhooks() {
  const { brand } = useHere();
  const list = useQuery(webhooksQuery(brand));
  const failing = list.data?.filter(({ failing_since: since }) => since !== undefined).length ?? 0;
  return (
    <Page
      title="Webhooks"
      sub={list.data ? `${list.data.length} in all${failing > 0 ? `, ${failing} failing` : ''}` : ' '}
      actions={
        <>
          <CopyCurl call={() => ({ method: 'GET', path: '/webhooks' })} />
          {brand.may('webhooks:write') && (
            <LinkButton to={`/${brand.slug}/webhooks/new`} look="main" icon="plus">
              New webhook
            </LinkButton>
          )}
        </>
      }
    >
      <Card label="Webhooks">
        <Answer query={list} skeleton={<TableSkeleton columns={columns} count={4} />}>
          {(webhooks) =>
            webhooks.length === 0 ? (
              <Empty title="No receiver is told anything yet">
                <p>
                  Add the URL of a receiver. Receivers that check signatures are in <code>examples/</code> of
                  the repository.
                </p>
              </Empty>
            ) : (
              <Table
                label="Webhooks"
                columns={columns}
                rows={webhooks}
                keyOf={({ id }) => id}
                linkOf={({ id }) => `/${brand.slug}/webhooks/${id}`}
              />
            )
          }
        </Answer>
      </Card>
      <Outlet />
    </Page>
  );
}
