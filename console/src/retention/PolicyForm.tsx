import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { answerOf, api } from '../api/client.ts';
import { useHere } from '../api/session.ts';
import { useWrite } from '../api/write.ts';
import { Answer } from '../kit/Answer.tsx';
import { Button } from '../kit/Button.tsx';
import { Field, FormError } from '../kit/Field.tsx';
import { toast } from '../kit/Toast.tsx';
import type { Policy } from './queries.ts';
import { policyQuery, retentionChanged } from './queries.ts';
import styles from './Retention.module.css';

const words: Readonly<Record<keyof Policy, readonly [label: string, hint: string]>> = {
  never_verified_days: ['Days, never verified', 'After the deletion of a customer without a verification.'],
  not_passed_months: ['Months, not passed', 'After the last action on a verification that did not pass.'],
  identity_years: ['Years, identity', 'After the account was closed, for identified customers.'],
  documents_years: ['Years, documents', 'After its creation, for each document and verdict.'],
};
const names = Object.keys(words) as readonly (keyof Policy)[];

/** How long the brand keeps what. */
export function PolicyForm() {
  const { brand } = useHere();
  return <Answer query={useQuery(policyQuery(brand))}>{(policy) => <Form policy={policy} />}</Answer>;
}

function Form({ policy }: { readonly policy: Policy }) {
  const { brand, session } = useHere();
  const [typed, setTyped] = useState<Readonly<Partial<Record<keyof Policy, string>>>>({});
  const write = useWrite(
    (body: Partial<Policy>, header) => answerOf(api.PATCH('/retention-policy', { params: { header }, body })),
    async () => {
      await retentionChanged(brand);
      setTyped({});
      toast('The policy is saved');
    },
  );
  const { failure } = write;
  const changes = Object.fromEntries(
    names.flatMap((name) => {
      const value = typed[name];
      return value === undefined || value === '' || Number(value) === policy[name]
        ? []
        : [[name, Number(value)]];
    }),
  );
  const mayWrite = brand.may('compliance:write');
  return (
    <form
      className={styles.policy}
      onSubmit={(event) => {
        event.preventDefault();
        write.send(changes);
      }}
    >
      {names.map((name) => (
        <Field
          key={name}
          type="number"
          inputMode="numeric"
          name={name}
          label={words[name][0]}
          hint={words[name][1]}
          error={failure?.fields[name]}
          value={typed[name] ?? String(policy[name])}
          readOnly={!mayWrite}
          onChange={({ target }) => setTyped((before) => ({ ...before, [name]: target.value }))}
        />
      ))}
      <p className={styles.soft}>
        {session.environment === 'sandbox'
          ? 'A sandbox takes any number from 0, so that an erasure can be watched.'
          : 'Never below the defaults: 30 days, 25 months, 5 years and 5 years.'}
      </p>
      {failure && Object.keys(failure.fields).length === 0 && <FormError>{failure.message}</FormError>}
      {mayWrite && (
        <Button type="submit" look="main" busy={write.isSending} disabled={Object.keys(changes).length === 0}>
          Save
        </Button>
      )}
    </form>
  );
}
