import { useQuery } from '@tanstack/react-query';
import { Outlet, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { useHere } from '../../api/session.ts';
import { Answer } from '../../kit/Answer.tsx';
import { Button, LinkButton } from '../../kit/Button.tsx';
import { Command } from '../../kit/Command.tsx';
import { CopyCurl } from '../../kit/Curl.tsx';
import { Empty } from '../../kit/Empty.tsx';
import { Card, Page } from '../../kit/Page.tsx';
import { Status } from '../../kit/Status.tsx';
import type { Column } from '../../kit/Table.tsx';
import { Table, TableSkeleton } from '../../kit/Table.tsx';
import { When } from '../../kit/When.tsx';
import { useActorName } from '../../shell/actors.ts';
import styles from '../Developers.module.css';
import type { ApiKey } from '../queries.ts';
import { keysQuery } from '../queries.ts';
import { endOf, scopesInShort } from './words.ts';

export function Keys() {
  const { brand } = useHere();
  const list = useQuery(keysQuery(brand));
  const standing = list.data?.filter(({ date_revoked: revoked }) => revoked === undefined);
  return (
    <Page
      title="API keys"
      sub={standing ? `${standing.length} in use` : ' '}
      actions={
        <>
          <CopyCurl call={() => ({ method: 'GET', path: '/keys' })} />
          {brand.may('keys:write') && (
            <LinkButton to={`/${brand.slug}/keys/new`} look="main" icon="plus">
              New key
            </LinkButton>
          )}
        </>
      }
    >
      <Card label="API keys">
        <Answer query={list} skeleton={<TableSkeleton columns={useColumns()} count={5} />}>
          {(keys) => <Listed keys={keys} />}
        </Answer>
      </Card>
      <Outlet />
    </Page>
  );
}

function Listed({ keys }: { readonly keys: readonly ApiKey[] }) {
  const { brand } = useHere();
  const [showsRevoked, setShowsRevoked] = useState(false);
  const isRevoked = ({ date_revoked: revoked }: ApiKey) => revoked !== undefined;
  const revoked = keys.filter(isRevoked);
  const standing = keys.filter((key) => !isRevoked(key));
  if (keys.length === 0)
    return (
      <Empty title="No keys yet">
        <p>A key lets a service of yours call the API. New key makes one, and so does this command:</p>
        <Command>{`clientele keys create --brand '${brand.name}' --name crm`}</Command>
      </Empty>
    );
  return (
    <>
      {standing.length === 0 ? (
        <Empty title="No key is in use." />
      ) : (
        <Rows keys={standing} label="Keys in use" />
      )}
      {revoked.length > 0 && (
        <div className={styles.fold}>
          <Button
            small
            look="quiet"
            icon={showsRevoked ? 'down' : 'right'}
            aria-expanded={showsRevoked}
            onClick={() => setShowsRevoked(!showsRevoked)}
          >
            {revoked.length} revoked
          </Button>
        </div>
      )}
      {showsRevoked && <Rows keys={revoked} label="Revoked keys" />}
    </>
  );
}

function Rows({ keys, label }: { readonly keys: readonly ApiKey[]; readonly label: string }) {
  const { brand } = useHere();
  const { identity } = useParams({ strict: false }) as { readonly identity?: string };
  return (
    <Table
      label={label}
      columns={useColumns()}
      rows={keys}
      keyOf={({ identity: id }) => id}
      linkOf={({ identity: id }) => `/${brand.slug}/keys/${id}`}
      openKey={identity}
    />
  );
}

function useColumns(): readonly Column<ApiKey>[] {
  const actor = useActorName();
  return [
    { head: 'Name', cell: ({ name }) => name, corner: 'topLeft' },
    { head: 'Scopes', cell: ({ scopes }) => scopesInShort(scopes), corner: 'bottomLeft' },
    {
      head: 'Made by',
      cell: ({ created_by: id }) =>
        id === undefined ? <span className={styles.none}>command line</span> : actor(id),
    },
    {
      head: 'Last used',
      cell: ({ date_last_used: used }) =>
        used === undefined ? <span className={styles.none}>never</span> : <When time={used} />,
      corner: 'topRight',
    },
    {
      head: 'Ends',
      cell: (key) => <End {...key} />,
      end: true,
      corner: 'bottomRight',
    },
  ];
}

function End(key: ApiKey) {
  const end = endOf(key);
  if (end.state !== undefined) return <Status word={end.word} tone={end.state} />;
  return end.time === undefined ? <span className={styles.none}>never</span> : <When time={end.time} />;
}
