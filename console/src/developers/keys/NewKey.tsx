import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { answerOf, api } from '../../api/client.ts';
import { useHere } from '../../api/session.ts';
import { useWrite } from '../../api/write.ts';
import { Button } from '../../kit/Button.tsx';
import { CopyCurl } from '../../kit/Curl.tsx';
import { Drawer } from '../../kit/Drawer.tsx';
import { Checkbox, Field, FormError, Select } from '../../kit/Field.tsx';
import styles from '../Developers.module.css';
import type { ApiKey } from '../queries.ts';
import { keysChanged } from '../queries.ts';
import { NewSecret } from './NewSecret.tsx';
import { expiryChoices, scopeGroups } from './words.ts';

/** One form: what the key is called, what it may do, and until when. Its secret is shown once. */
export function NewKey() {
  const { brand, session } = useHere();
  const navigate = useNavigate();
  const [made, setMade] = useState<ApiKey & { readonly authorization?: string }>();
  const [name, setName] = useState('');
  const [end, setEnd] = useState(session.environment === 'live' ? '365' : 'never');
  const [scopes, setScopes] = useState<readonly string[]>(
    ['customers:read', 'kyc:read'].filter((scope) => brand.may(scope)),
  );
  const body = () => ({
    name,
    scopes: scopes as ApiKey['scopes'],
    ...(end === 'never' ? { no_expiry: true as const } : { expires_days: Number(end) }),
  });
  const write = useWrite(
    (_: undefined, header) => answerOf(api.POST('/keys', { params: { header }, body: body() })),
    (key) => {
      setMade(key);
      void keysChanged(brand);
    },
  );
  const close = () => void navigate({ to: `/${brand.slug}/keys` });
  if (made) return <NewSecret apiKey={made} onKept={close} />;
  const { failure } = write;
  const of = (field: string) => failure?.fields[field];
  return (
    <Drawer title="New key" onClose={close}>
      <form
        className={`${styles.form} ${styles.padded}`}
        onSubmit={(event) => {
          event.preventDefault();
          write.send(undefined);
        }}
      >
        <Field
          label="Name"
          data-autofocus=""
          required
          placeholder="crm"
          hint="What uses the key. It stays with the key for good."
          value={name}
          onChange={({ target }) => setName(target.value)}
          error={of('name') ?? (failure?.code === 'key_dup' ? failure.message : undefined)}
        />
        <Select
          label="Ends"
          choices={expiryChoices}
          value={end}
          onChange={({ target }) => setEnd(target.value)}
          error={of('expires_days') ?? of('no_expiry')}
        />
        {scopeGroups.map((group) => (
          <fieldset key={group.title} className={styles.group}>
            <legend className={styles.legend}>{group.title}</legend>
            <div className={styles.choices}>
              {group.scopes.map(([scope, word]) => (
                <Checkbox
                  key={scope}
                  label={word}
                  checked={scopes.includes(scope)}
                  disabled={!brand.may(scope)}
                  onChange={({ target }) =>
                    setScopes(target.checked ? [...scopes, scope] : scopes.filter((one) => one !== scope))
                  }
                />
              ))}
            </div>
          </fieldset>
        ))}
        <p className={styles.soft}>
          A key gets no scope that your own roles lack. It counts as you in what takes two people.
        </p>
        {of('scopes') && <FormError>{of('scopes')}</FormError>}
        {failure && failure.code !== 'key_dup' && Object.keys(failure.fields).length === 0 && (
          <FormError>{failure.message}</FormError>
        )}
        <div className={styles.actions}>
          <Button type="submit" look="main" busy={write.isSending} disabled={scopes.length === 0}>
            Make the key
          </Button>
          <CopyCurl call={() => ({ method: 'POST', path: '/keys', body: body() })} />
        </div>
      </form>
    </Drawer>
  );
}
