import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { asFailure } from '../../api/failure.ts';
import { useHere } from '../../api/session.ts';
import { Answer } from '../../kit/Answer.tsx';
import { IconButton, LinkButton } from '../../kit/Button.tsx';
import { copyText, Id } from '../../kit/Copy.tsx';
import { curlOf } from '../../kit/Curl.tsx';
import { Drawer } from '../../kit/Drawer.tsx';
import { Empty } from '../../kit/Empty.tsx';
import type { MenuItem } from '../../kit/Menu.tsx';
import { Menu } from '../../kit/Menu.tsx';
import { Skeleton } from '../../kit/Skeleton.tsx';
import { KycStatus } from '../../kit/Status.tsx';
import { Tabs } from '../../kit/Tabs.tsx';
import { toast } from '../../kit/Toast.tsx';
import { useWindowTitle } from '../../kit/title.ts';
import type { OneCustomer } from '../queries.ts';
import { customerQuery } from '../queries.ts';
import type { DrawerTab } from '../routes.ts';
import { customerRoute } from '../routes.ts';
import { nameOf } from '../words.ts';
import { AuditTab } from './AuditTab.tsx';
import { ChangesTab } from './ChangesTab.tsx';
import { CloseAccount } from './CloseAccount.tsx';
import { DeleteCustomer } from './DeleteCustomer.tsx';
import { EventsTab } from './EventsTab.tsx';
import { Profile } from './Profile.tsx';
import { SetHold } from './SetHold.tsx';
import { VerificationsTab } from './VerificationsTab.tsx';

/** One customer beside the list. The title of the window has the id, never the name. */
export function CustomerDrawer() {
  const { brand } = useHere();
  const { customerId } = customerRoute.useParams();
  const navigate = useNavigate();
  const query = useQuery(customerQuery(brand, customerId));
  const close = () =>
    void navigate({ to: `/${brand.slug}/customers`, search: (all: object) => withoutTab(all) });
  useWindowTitle(`Customer ${customerId.slice(0, 8)}`, 'record');
  const customer = query.data?.customer;
  return (
    <Drawer
      title={customer ? nameOf(customer) : `Customer ${customerId.slice(0, 8)}`}
      sub={
        <>
          {customer && <KycStatus state={customer.kyc_status} />}
          <Id id={customerId} />
        </>
      }
      actions={query.data && <MoreMenu one={query.data} onDeleted={close} />}
      onClose={close}
    >
      {asFailure(query.error).status === 404 ? (
        <Gone id={customerId} />
      ) : (
        <Answer query={query} skeleton={<Skeleton lines={8} />}>
          {(one) => <DrawerTabs one={one} />}
        </Answer>
      )}
    </Drawer>
  );
}

function withoutTab({ tab: _, ...rest }: { readonly tab?: unknown }): object {
  return rest;
}

/** The customer was deleted, or never was. */
function Gone({ id }: { readonly id: string }) {
  const { brand } = useHere();
  return (
    <Empty title="No customer has this id.">
      <p>It may have been deleted. Deleted records are kept out of reach for as long as the law wants.</p>
      {brand.may('compliance:read') && (
        <LinkButton to={`/${brand.slug}/retention/${id}`} icon="retention">
          Look in retention
        </LinkButton>
      )}
    </Empty>
  );
}

function DrawerTabs({ one }: { readonly one: OneCustomer }) {
  const { brand } = useHere();
  const { tab = 'profile' } = customerRoute.useSearch() as { readonly tab?: DrawerTab };
  const navigate = useNavigate();
  const id = one.customer.customer_id;
  const all: readonly (readonly [DrawerTab, string, boolean])[] = [
    ['profile', 'Profile', true],
    ['verifications', 'Verifications', brand.may('kyc:read')],
    ['changes', 'Changes', true],
    ['events', 'Events', brand.may('events:read')],
    ['audit', 'Audit', brand.may('audit:read')],
  ];
  const tabs = all.filter(([, , isReached]) => isReached).map(([value, word]) => ({ value, word }));
  const panels: Readonly<Record<DrawerTab, () => React.ReactNode>> = {
    profile: () => <Profile one={one} />,
    verifications: () => <VerificationsTab customer={one.customer} />,
    changes: () => <ChangesTab id={id} />,
    events: () => <EventsTab id={id} />,
    audit: () => <AuditTab id={id} />,
  };
  const shown = tabs.some(({ value }) => value === tab) ? tab : 'profile';
  return (
    <Tabs
      tabs={tabs}
      value={shown}
      onChange={(next) =>
        void navigate({ to: '.', replace: true, search: (search: object) => ({ ...search, tab: next }) })
      }
    >
      {panels[shown]()}
    </Tabs>
  );
}

function MoreMenu({ one, onDeleted }: { readonly one: OneCustomer; readonly onDeleted: () => void }) {
  const { brand } = useHere();
  const [open, setOpen] = useState<'close' | 'hold' | 'delete'>();
  const { customer } = one;
  const path = `/customers/${customer.customer_id}`;
  const items: readonly (MenuItem | false)[] = [
    {
      word: 'Copy as curl',
      icon: 'terminal',
      onChoose: () =>
        void copyText(curlOf({ method: 'GET', path })).then(() => toast('The command is in the clipboard')),
    },
    brand.may('customers:write') && {
      word: 'Close account',
      icon: 'clock',
      onChoose: () => setOpen('close'),
    },
    brand.may('compliance:write') && { word: 'Set a hold', icon: 'hold', onChoose: () => setOpen('hold') },
    brand.may('customers:delete') && {
      word: 'Delete',
      icon: 'trash',
      danger: true,
      onChoose: () => setOpen('delete'),
    },
  ];
  const shut = () => setOpen(undefined);
  return (
    <>
      <Menu
        trigger={<IconButton icon="more" label="More" />}
        items={items.filter((item): item is MenuItem => item !== false)}
      />
      {open === 'close' && <CloseAccount id={customer.customer_id} onClose={shut} />}
      {open === 'hold' && <SetHold id={customer.customer_id} onClose={shut} />}
      {open === 'delete' && <DeleteCustomer one={one} onClose={shut} onDeleted={onDeleted} />}
    </>
  );
}
