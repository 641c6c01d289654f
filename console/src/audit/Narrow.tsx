import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { Button } from '../kit/Button.tsx';
import { shownChoices } from '../kit/choices.ts';
import { Field, Select } from '../kit/Field.tsx';
import { Filters } from '../kit/Page.tsx';
import { useActorName } from '../shell/actors.ts';
import type { AuditFilters } from './filters.ts';
import { auditFiltersOf, isFiltered } from './filters.ts';
import type { Entry } from './queries.ts';

export interface NarrowProps {
  readonly filters: AuditFilters;
  /** The entries that are shown: their operations and actors are the choices. */
  readonly entries: readonly Entry[];
}

export function Narrow({ filters, entries }: NarrowProps) {
  const navigate = useNavigate();
  const actor = useActorName();
  const [customer, setCustomer] = useState(filters.customer ?? '');
  const go = (next: Readonly<Record<string, unknown>>) => {
    const { cursor: _, ...rest } = filters;
    void navigate({ to: '.', search: auditFiltersOf({ ...rest, ...next }) });
  };
  const operations = shownChoices(
    entries.map(({ operation }) => operation),
    filters.operation,
  );
  const keys = shownChoices(
    entries.map(({ actor: { kind, id } }) => (kind === 'key' ? id : undefined)),
    filters.actor,
  );
  // The trail of one customer has no other filter.
  const isOfCustomer = filters.customer !== undefined;
  return (
    <Filters>
      <Select
        label="Operation"
        hideLabel
        disabled={isOfCustomer}
        choices={[['', 'Any operation'], ...operations.map((one) => [one, one] as const)]}
        value={filters.operation ?? ''}
        onChange={({ target }) => go({ operation: target.value })}
      />
      <Select
        label="Who"
        hideLabel
        disabled={isOfCustomer}
        choices={[
          ['', 'By anyone'],
          ['operator', 'People'],
          ['clientele', 'Clientele itself'],
          ...keys.filter((id) => id.includes('-')).map((id) => [id, actor(id)] as const),
        ]}
        value={filters.actor ?? ''}
        onChange={({ target }) => go({ actor: target.value })}
      />
      <form
        onSubmit={(event) => {
          event.preventDefault();
          go({ customer: customer.trim(), operation: '', actor: '', from: '', to: '' });
        }}
      >
        <Field
          label="Customer's id"
          hideLabel
          placeholder="Customer's id"
          type="search"
          value={customer}
          onChange={({ target }) => setCustomer(target.value)}
        />
      </form>
      <Field
        label="From"
        hideLabel
        title="From this day on"
        type="date"
        disabled={isOfCustomer}
        value={filters.from ?? ''}
        onChange={({ target }) => go({ from: target.value })}
      />
      <Field
        label="Before"
        hideLabel
        title="Before this day"
        type="date"
        disabled={isOfCustomer}
        value={filters.to ?? ''}
        onChange={({ target }) => go({ to: target.value })}
      />
      {isFiltered(filters) && (
        <Button
          look="quiet"
          onClick={() => {
            setCustomer('');
            void navigate({ to: '.', search: {} });
          }}
        >
          Clear
        </Button>
      )}
    </Filters>
  );
}
