import { useState } from 'react';
import { answerOf, api } from '../../api/client.ts';
import { useHere } from '../../api/session.ts';
import { useWrite } from '../../api/write.ts';
import { Button, IconButton } from '../../kit/Button.tsx';
import { Confirm } from '../../kit/Confirm.tsx';
import { DrawerPart } from '../../kit/Drawer.tsx';
import { Icon } from '../../kit/Icon.tsx';
import { Menu } from '../../kit/Menu.tsx';
import { VerdictStatus } from '../../kit/Status.tsx';
import { toast } from '../../kit/Toast.tsx';
import { AddressDialog } from '../forms/AddressDialog.tsx';
import type { Address, Customer } from '../queries.ts';
import { customerChanged } from '../queries.ts';
import { localityOf, verdictReasons } from '../words.ts';
import styles from './Drawer.module.css';
import { isLocked } from './Profile.tsx';

const typeWords = { MAILING: 'Mailing', PHYSICAL: 'Physical' } as const;

export function Addresses({ customer }: { readonly customer: Customer }) {
  const { brand } = useHere();
  const [open, setOpen] = useState<Address | 'new'>();
  const mayEdit = brand.may('customers:write');
  return (
    <DrawerPart
      title="Addresses"
      aside={
        mayEdit && (
          <Button small icon="plus" onClick={() => setOpen('new')}>
            Add
          </Button>
        )
      }
    >
      <ul className={styles.addresses}>
        {customer.addresses.map((address) => (
          <OneAddress
            key={address.address_id}
            address={address}
            customer={customer}
            mayEdit={mayEdit && !(isLocked(customer) && address.is_primary)}
            onEdit={() => setOpen(address)}
          />
        ))}
      </ul>
      {open && (
        <AddressDialog
          customerId={customer.customer_id}
          address={open === 'new' ? undefined : open}
          mayBePrimary={!isLocked(customer)}
          onClose={() => setOpen(undefined)}
        />
      )}
    </DrawerPart>
  );
}

interface OneAddressProps {
  readonly address: Address;
  readonly customer: Customer;
  readonly mayEdit: boolean;
  readonly onEdit: () => void;
}

function OneAddress({ address, customer, mayEdit, onEdit }: OneAddressProps) {
  const [isRemoving, setRemoving] = useState(false);
  const verdict = address.deliverability ?? 'none';
  return (
    <li className={styles.address}>
      <Icon name="place" />
      <div>
        <p>{[address.street, address.street2].filter(Boolean).join(', ')}</p>
        <p className={styles.locality}>
          {localityOf(address)} · {typeWords[address.address_type]}
          {address.is_primary && ' · Primary'}
        </p>
        {verdict !== 'deliverable' && <p className={styles.locality}>{verdictReasons[verdict]}</p>}
      </div>
      <div className={styles.verdict}>
        <VerdictStatus verdict={verdict} />
        {mayEdit && (
          <Menu
            trigger={<IconButton icon="more" label={`More for ${address.street}`} />}
            items={[
              { word: 'Edit', icon: 'edit', onChoose: onEdit },
              { word: 'Remove', icon: 'trash', danger: true, onChoose: () => setRemoving(true) },
            ]}
          />
        )}
      </div>
      {isRemoving && (
        <RemoveAddress customer={customer} address={address} onClose={() => setRemoving(false)} />
      )}
    </li>
  );
}

interface RemoveAddressProps {
  readonly customer: Customer;
  readonly address: Address;
  readonly onClose: () => void;
}

function RemoveAddress({ customer: { customer_id: id }, address, onClose }: RemoveAddressProps) {
  const { brand } = useHere();
  const write = useWrite(
    (_: undefined, header) =>
      answerOf(
        api.DELETE('/customers/{customer_id}/addresses/{address_id}', {
          params: { path: { customer_id: id, address_id: address.address_id }, header },
        }),
      ),
    async () => {
      await customerChanged(brand, id);
      toast('The address is removed');
      onClose();
    },
  );
  return (
    <Confirm
      title="Remove this address?"
      verb="Remove"
      danger
      busy={write.isSending}
      error={write.failure?.message}
      onConfirm={() => write.send(undefined)}
      onClose={onClose}
    >
      <p>
        {address.street}, {localityOf(address)}
      </p>
    </Confirm>
  );
}
