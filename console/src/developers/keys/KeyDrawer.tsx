import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useHere } from '../../api/session.ts';
import { Answer } from '../../kit/Answer.tsx';
import { Button } from '../../kit/Button.tsx';
import { Id } from '../../kit/Copy.tsx';
import { Drawer, DrawerPart } from '../../kit/Drawer.tsx';
import { Empty } from '../../kit/Empty.tsx';
import { Fact, Facts } from '../../kit/Facts.tsx';
import { useWindowTitle } from '../../kit/title.ts';
import { When } from '../../kit/When.tsx';
import { useActorName } from '../../shell/actors.ts';
import styles from '../Developers.module.css';
import type { ApiKey } from '../queries.ts';
import { keysQuery } from '../queries.ts';
import { keyRoute } from '../routes.ts';
import { ReplaceSecret } from './ReplaceSecret.tsx';
import { RevokeKey } from './RevokeKey.tsx';

export function KeyDrawer() {
  const { brand } = useHere();
  const { identity } = keyRoute.useParams();
  const navigate = useNavigate();
  const keys = useQuery(keysQuery(brand));
  const key = keys.data?.find((one) => one.identity === identity);
  useWindowTitle(`Key ${identity.slice(0, 8)}`, 'record');
  return (
    <Drawer
      title={key?.name ?? 'API key'}
      sub={<Id id={identity} what="Identity" />}
      onClose={() => void navigate({ to: `/${brand.slug}/keys` })}
    >
      <Answer query={keys}>
        {() => (key ? <Known apiKey={key} /> : <Empty title="There is no such key." />)}
      </Answer>
    </Drawer>
  );
}

function Known({ apiKey }: { readonly apiKey: ApiKey }) {
  const { brand } = useHere();
  const actor = useActorName();
  const [asked, setAsked] = useState<'replace' | 'revoke'>();
  const { owner, networks, created_by: maker, date_last_used: used } = apiKey;
  const isStanding = apiKey.date_revoked === undefined;
  return (
    <>
      <DrawerPart title="Key">
        <Facts>
          <Fact name="Made">
            <When time={apiKey.date_created} focusable /> by{' '}
            {maker === undefined ? 'the command line' : actor(maker)}
          </Fact>
          <Fact name="Last used">
            {used === undefined ? 'never' : <When time={used} focusable />}
            {apiKey.last_used_from && ` from ${apiKey.last_used_from}`}
          </Fact>
          {apiKey.date_revoked && (
            <Fact name="Revoked">
              <When time={apiKey.date_revoked} focusable />
            </Fact>
          )}
          <Fact name="Ends">
            {apiKey.date_expires ? <When time={apiKey.date_expires} focusable /> : 'never'}
          </Fact>
          {apiKey.date_previous_secret_ends && (
            <Fact name="Old secret">
              good until <When time={apiKey.date_previous_secret_ends} focusable />
            </Fact>
          )}
          {owner && <Fact name="Owner">{owner}</Fact>}
          <Fact name="Networks">{networks?.join(', ') ?? 'everywhere'}</Fact>
        </Facts>
      </DrawerPart>
      <DrawerPart title="Scopes">
        <p className={styles.codes}>
          {apiKey.scopes.map((scope) => (
            <code key={scope}>{scope}</code>
          ))}
        </p>
      </DrawerPart>
      {isStanding && brand.may('keys:write') && (
        <DrawerPart title="Change">
          <div className={styles.actions}>
            <Button icon="refresh" onClick={() => setAsked('replace')}>
              Replace the secret
            </Button>
            <Button look="danger" onClick={() => setAsked('revoke')}>
              Revoke
            </Button>
          </div>
        </DrawerPart>
      )}
      {asked === 'replace' && <ReplaceSecret apiKey={apiKey} onClose={() => setAsked(undefined)} />}
      {asked === 'revoke' && <RevokeKey apiKey={apiKey} onClose={() => setAsked(undefined)} />}
    </>
  );
}
