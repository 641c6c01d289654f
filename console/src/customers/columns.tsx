import { KycStatus, VerdictStatus } from '../kit/Status.tsx';
import type { Column } from '../kit/Table.tsx';
import { When } from '../kit/When.tsx';
import styles from './Customers.module.css';
import type { Customer } from './queries.ts';
import { nameOf, phoneOf } from './words.ts';

const None = () => <span className={styles.none}>None</span>;

export const columns: readonly Column<Customer>[] = [
  { head: 'Name', cell: nameOf, corner: 'topLeft' },
  { head: 'KYC', cell: ({ kyc_status: state }) => <KycStatus state={state} />, corner: 'topRight' },
  {
    head: 'Email',
    cell: ({ email }) => (email ? <span className={styles.email}>{email}</span> : <None />),
    corner: 'bottomLeft',
  },
  {
    head: 'Phone',
    cell: (customer) => <span className={styles.phone}>{phoneOf(customer) ?? <None />}</span>,
  },
  {
    head: 'Address',
    cell: ({ addresses }) => (
      <VerdictStatus verdict={addresses.find(({ is_primary: isPrimary }) => isPrimary)?.deliverability} />
    ),
  },
  {
    head: 'Created',
    cell: ({ date_created: time }) => <When time={time} />,
    end: true,
    corner: 'bottomRight',
  },
];
