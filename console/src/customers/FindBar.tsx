import { useNavigate } from '@tanstack/react-router';
import type { FormEvent } from 'react';
import { useRef, useState } from 'react';
import { Button } from '../kit/Button.tsx';
import { Field, Select } from '../kit/Field.tsx';
import { Icon } from '../kit/Icon.tsx';
import { useKeys } from '../kit/keys.ts';
import { Filters as FilterRow } from '../kit/Page.tsx';
import { addressVerdicts, kycState, kycStates, verdictState } from '../kit/Status.tsx';
import styles from './Customers.module.css';
import type { Filters } from './filters.ts';
import { filtersOf, isFiltered } from './filters.ts';

const kycChoices = [
  ['', 'Any KYC state'],
  ...kycStates.map((state) => [state, kycState(state).word] as const),
] as const;
const verdictChoices = [
  ['', 'Any address'],
  ...addressVerdicts
    .filter((verdict) => verdict !== 'none')
    .map((verdict) => [verdict, verdictState(verdict).word] as const),
] as const;
const createdChoices = [
  ['', 'Created any time'],
  ['1', 'Since yesterday'],
  ['7', 'Last 7 days'],
  ['30', 'Last 30 days'],
  ['365', 'Last 365 days'],
] as const;

export interface FindBarProps {
  readonly filters: Filters;
  readonly isFinding: boolean;
  readonly onFind: (typed: string) => void;
  readonly onForget: () => void;
}

/** The search, whose text stays on the page, and the filters, which are in the address. */
export function FindBar({ filters, isFinding, onFind, onForget }: FindBarProps) {
  const navigate = useNavigate();
  const [typed, setTyped] = useState('');
  const form = useRef<HTMLFormElement>(null);
  useKeys({ '/': () => form.current?.querySelector('input')?.focus() });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onFind(typed);
  };
  const clear = () => {
    setTyped('');
    onForget();
    void navigate({ to: '.', search: {} });
  };
  const filter = (name: keyof Filters) => (event: { readonly target: { readonly value: string } }) => {
    onForget();
    const { cursor: _, ...rest } = filters;
    void navigate({ to: '.', search: filtersOf({ ...rest, [name]: event.target.value }) });
  };
  return (
    <FilterRow>
      <form ref={form} onSubmit={submit} className={styles.find}>
        <Icon name="search" />
        <Field
          label="Exact email, phone, SSN, id, or last name and birthday"
          placeholder="Exact email, phone, SSN, id, or last name and birthday"
          hideLabel
          type="search"
          value={typed}
          aria-busy={isFinding || undefined}
          onChange={({ target }) => {
            setTyped(target.value);
            if (target.value === '') onForget();
          }}
        />
      </form>
      <Select label="KYC" hideLabel choices={kycChoices} value={filters.kyc ?? ''} onChange={filter('kyc')} />
      <Select
        label="Address"
        hideLabel
        choices={verdictChoices}
        value={filters.verdict ?? ''}
        onChange={filter('verdict')}
      />
      <Select
        label="Created"
        hideLabel
        choices={createdChoices}
        value={filters.created ?? ''}
        onChange={filter('created')}
      />
      {(isFiltered(filters) || typed !== '') && (
        <Button look="quiet" onClick={clear}>
          Clear
        </Button>
      )}
    </FilterRow>
  );
}
