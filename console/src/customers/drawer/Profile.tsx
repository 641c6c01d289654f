import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useHere } from '../../api/session.ts';
import { Button } from '../../kit/Button.tsx';
import { Id } from '../../kit/Copy.tsx';
import { DrawerPart } from '../../kit/Drawer.tsx';
import { Fact, Facts } from '../../kit/Facts.tsx';
import { Icon } from '../../kit/Icon.tsx';
import { useKeys } from '../../kit/keys.ts';
import { Note } from '../../kit/Note.tsx';
import { dayOf, When } from '../../kit/When.tsx';
import { numberOf } from '../../shell/words.ts';
import { EditPerson } from '../forms/EditPerson.tsx';
import { Propose } from '../forms/Propose.tsx';
import type { Customer, OneCustomer } from '../queries.ts';
import { retentionQuery, verificationsQuery } from '../queries.ts';
import { fullNameOf, phoneOf } from '../words.ts';
import { Addresses } from './Addresses.tsx';
import styles from './Drawer.module.css';
import { Reveal } from './Reveal.tsx';

/** After a verification has passed, only email, phone and secondary addresses change without a second person. */
export const isLocked = ({ kyc_status: state }: Customer): boolean => state === 'passed';

export function Profile({ one }: { readonly one: OneCustomer }) {
  const { customer } = one;
  return (
    <>
      <Person one={one} />
      <Addresses customer={customer} />
      <Record customer={customer} />
    </>
  );
}

const Missing = () => <span className={styles.missing}>None</span>;

function Person({ one }: { readonly one: OneCustomer }) {
  const { brand } = useHere();
  const [isEditing, setEditing] = useState(false);
  const mayEdit = brand.may('customers:write');
  useKeys({ e: () => setEditing(true) }, mayEdit && !isEditing);
  const { customer } = one;
  const { name, number } = numberOf(customer);
  const locked = isLocked(customer);
  const lock = locked && (
    <span className={styles.lock} title="Locked">
      <Icon name="lock" size={14} />
      <span className={styles.hidden}>Locked</span>
    </span>
  );
  if (isEditing)
    return (
      <DrawerPart title="Edit">
        <EditPerson one={one} onDone={() => setEditing(false)} />
      </DrawerPart>
    );
  return (
    <DrawerPart
      title="Profile"
      aside={
        mayEdit && (
          <Button small icon="edit" aria-keyshortcuts="e" onClick={() => setEditing(true)}>
            Edit
          </Button>
        )
      }
    >
      <Facts>
        <Fact name="Name">
          {fullNameOf(customer)} {lock}
        </Fact>
        <Fact name="Birthday">
          {customer.dob} {lock}
        </Fact>
        <Fact name={name}>
          {number ? <Reveal id={customer.customer_id} masked={number} /> : <Missing />} {lock}
        </Fact>
        <Fact name="Email">{customer.email ?? <Missing />}</Fact>
        <Fact name="Phone">{phoneOf(customer) ?? <Missing />}</Fact>
      </Facts>
      {locked && <LockNote customer={customer} />}
    </DrawerPart>
  );
}

/** Since when most fields are locked, and the way to change them. */
function LockNote({ customer }: { readonly customer: Customer }) {
  const { brand } = useHere();
  const [isProposing, setProposing] = useState(false);
  const runs = useQuery({
    ...verificationsQuery(brand, customer.customer_id),
    enabled: brand.may('kyc:read'),
  }).data;
  const passed = runs?.data.find(({ kyc_status: state }) => state === 'passed');
  return (
    <>
      <div className={styles.lockNote}>
        <Note
          icon="lock"
          action={
            brand.may('customers:write') && (
              <Button small onClick={() => setProposing(true)}>
                Propose a change
              </Button>
            )
          }
        >
          {passed ? `Locked since KYC passed on ${dayOf(passed.date_updated)}.` : 'Locked since KYC passed.'}
        </Note>
      </div>
      {isProposing && <Propose customer={customer} onClose={() => setProposing(false)} />}
    </>
  );
}

function Record({ customer }: { readonly customer: Customer }) {
  const { brand } = useHere();
  const retention = useQuery(retentionQuery(brand, customer.customer_id)).data;
  return (
    <DrawerPart title="Record">
      <Facts>
        <Fact name="Created">
          <When time={customer.date_created} focusable />
        </Fact>
        <Fact name="Last changed">
          <When time={customer.date_updated} focusable />
        </Fact>
        <Fact name="Attempts left">{customer.kyc_requests_available} of 3</Fact>
        <Fact name="Your own id">
          <Id id={customer.brand_person_id} what="your own id" />
        </Fact>
        {retention?.closed_on && <Fact name="Account closed">{dayOf(retention.closed_on)}</Fact>}
        {retention?.legal_hold && <Fact name="Legal hold">A hold keeps this record.</Fact>}
      </Facts>
    </DrawerPart>
  );
}
