import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useHere } from '../api/session.ts';
import { Answer } from '../kit/Answer.tsx';
import { Button } from '../kit/Button.tsx';
import { Panel } from '../kit/Panel.tsx';
import { Status } from '../kit/Status.tsx';
import type { Column } from '../kit/Table.tsx';
import { Table, TableSkeleton } from '../kit/Table.tsx';
import { When } from '../kit/When.tsx';
import { EditOperator } from './EditOperator.tsx';
import { InviteOperator } from './InviteOperator.tsx';
import type { Operator } from './queries.ts';
import { operatorsQuery } from './queries.ts';
import styles from './Settings.module.css';
import { rolesInWords, statusWords } from './words.ts';

/** The people of the brand, and what they may do. */
export function Operators() {
  const { brand } = useHere();
  const query = useQuery(operatorsQuery(brand));
  const [invites, setInvites] = useState(false);
  const [edited, setEdited] = useState<Operator>();
  const columns = useColumns(setEdited);
  return (
    <Panel
      title="Operators"
      aside={
        brand.may('operators:write') && (
          <Button small icon="plus" onClick={() => setInvites(true)}>
            Invite
          </Button>
        )
      }
    >
      <Answer query={query} skeleton={<TableSkeleton columns={columns} count={3} />}>
        {(operators) => (
          <Table label="Operators" columns={columns} rows={operators} keyOf={({ operator_id: id }) => id} />
        )}
      </Answer>
      {invites && <InviteOperator onClose={() => setInvites(false)} />}
      {edited && <EditOperator operator={edited} onClose={() => setEdited(undefined)} />}
    </Panel>
  );
}

function useColumns(edit: (operator: Operator) => void): readonly Column<Operator>[] {
  const { brand, session } = useHere();
  const mayEdit = (operator: Operator) =>
    brand.may('operators:write') &&
    operator.operator_id !== session.account.operator_id &&
    operator.roles_everywhere.length === 0;
  return [
    {
      head: 'Name',
      cell: ({ name, email }) => <span className={styles.name}>{name === '' ? email : name}</span>,
      corner: 'topLeft',
    },
    { head: 'Email', cell: ({ email }) => email },
    { head: 'Roles', cell: (operator) => <Roles operator={operator} />, corner: 'bottomLeft' },
    { head: 'Status', cell: ({ status }) => <Status {...statusWords[status]} />, corner: 'topRight' },
    {
      head: 'Last seen',
      cell: ({ date_seen: seen }) =>
        seen === null ? <span className={styles.soft}>never</span> : <When time={seen} />,
    },
    {
      head: 'Change',
      cell: (operator) =>
        mayEdit(operator) ? (
          <Button
            small
            look="quiet"
            aria-label={`Change ${operator.name || operator.email}`}
            onClick={() => edit(operator)}
          >
            Change
          </Button>
        ) : (
          <span className={styles.soft}>{operator.operator_id === session.account.operator_id && 'you'}</span>
        ),
      end: true,
      corner: 'bottomRight',
    },
  ];
}

function Roles({
  operator: { roles, roles_everywhere: everywhere, by_provider: isByProvider },
}: {
  readonly operator: Operator;
}) {
  const all = [...new Set([...roles, ...everywhere])];
  return (
    <>
      {rolesInWords(all)}
      {everywhere.length > 0 && <span className={styles.soft}> in every brand</span>}
      {isByProvider && <span className={styles.soft}> by groups of the provider</span>}
    </>
  );
}
