import { Link } from '@tanstack/react-router';
import { useHere } from '../api/session.ts';
import { Fact, Facts } from '../kit/Facts.tsx';
import { Note } from '../kit/Note.tsx';
import { When } from '../kit/When.tsx';
import { useActorName } from '../shell/actors.ts';
import { documentWords, fieldList, numberOf } from '../shell/words.ts';
import type { Review } from './queries.ts';
import styles from './Reviews.module.css';

type Applicant = Review['applicant'];

export const nameOf = ({ first_name: first, last_name: last }: Applicant): string => `${first} ${last}`;

/** The person as they were when the verification was started, and what was decided before. */
export function Person({ review }: { readonly review: Review }) {
  const { brand } = useHere();
  const { applicant, changed_since_start: changed, decisions } = review;
  const { dob, email, phone, phone_country_code: code, addresses } = applicant;
  const { name, number } = numberOf(applicant);
  const home = addresses.find(({ is_primary: isPrimary }) => isPrimary);
  return (
    <>
      <h2 className={styles.name}>
        {brand.may('customers:read') ? (
          <Link to={`/${brand.slug}/customers/${review.customer_id}`}>{nameOf(applicant)}</Link>
        ) : (
          nameOf(applicant)
        )}
      </h2>
      <p className={styles.soft}>As they were when the verification was started</p>
      <Facts>
        <Fact name="Birthday">{dob}</Fact>
        <Fact name={name}>
          <code>{number ?? 'None'}</code>
        </Fact>
        <Fact name="Email">{email ?? 'None'}</Fact>
        <Fact name="Phone">{phone ? `+${code ?? '1'} ${phone}` : 'None'}</Fact>
        <Fact name="Address">
          {home &&
            [home.street, home.street2, `${home.city}, ${home.state} ${home.zip_code}`]
              .filter(Boolean)
              .join(', ')}
        </Fact>
      </Facts>
      {changed.length > 0 && (
        <Note tone="warn" icon="alert">
          {fieldList(changed)} changed since the start. An approval would end as an error and give the attempt
          back.
        </Note>
      )}
      {decisions.length > 0 && <Earlier decisions={decisions} />}
    </>
  );
}

const words = { approve: 'Approved', decline: 'Declined', request_documents: 'Asked for more' } as const;

function Earlier({ decisions }: { readonly decisions: Review['decisions'] }) {
  const actor = useActorName();
  return (
    <div className={styles.earlier}>
      <h3>Earlier decisions</h3>
      <ul>
        {decisions.map((one) => (
          <li key={one.date_decided}>
            <p>
              {words[one.decision]} by {actor(one.decided_by)}, <When time={one.date_decided} focusable />
            </p>
            {one.documents && (
              <p className={styles.soft}>
                {one.documents.map((type) => documentWords[type] ?? type).join(', ')}
              </p>
            )}
            {one.note && <p className={styles.soft}>{one.note}</p>}
          </li>
        ))}
      </ul>
    </div>
  );
}
