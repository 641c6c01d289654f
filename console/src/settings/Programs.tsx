import { useHere } from '../api/session.ts';
import { Command } from '../kit/Command.tsx';
import { Id } from '../kit/Copy.tsx';
import { Note } from '../kit/Note.tsx';
import { When } from '../kit/When.tsx';
import type { Settings } from './queries.ts';
import styles from './Settings.module.css';
import { providerWords } from './words.ts';

type Program = Settings['programs'][number];

/** Who verifies for each program. It decides who passes, so operators of the machine change it. */
export function Programs({ programs }: { readonly programs: readonly Program[] }) {
  const { brand, session } = useHere();
  const of = `--brand "${brand.name}"`;
  return (
    <>
      <ul className={styles.programs}>
        {programs.map((program) => (
          <li key={program.program_id} className={styles.program}>
            <span className={styles.name}>{program.name}</span>
            <span>
              Verified by {providerWords[program.provider]}
              {program.url !== undefined && `, ${program.url}`}
            </span>
            <Id id={program.program_id} what="program id" short />
            <Waiting program={program} brand={of} />
          </li>
        ))}
      </ul>
      <p className={styles.soft}>
        {session.environment === 'live'
          ? 'Who verifies decides who passes. Two operators of the machine change it: one proposes, another approves.'
          : 'Who verifies decides who passes, so it is changed where Clientele runs:'}
      </p>
      <Command>{`clientele programs create ${of} --name plus --provider manual`}</Command>
    </>
  );
}

function Waiting({ program, brand }: { readonly program: Program; readonly brand: string }) {
  const { proposed, proposal_altered: isAltered } = program;
  if (isAltered)
    return (
      <Note tone="bad" icon="alert">
        A proposed change was altered in the database. It cannot be approved. Run clientele doctor.
      </Note>
    );
  if (!proposed) return null;
  return (
    <Note tone="warn" icon="changes">
      {proposed.proposed_by} proposed {providerWords[proposed.provider]}{' '}
      <When time={proposed.date_proposed} />. Another operator approves: clientele programs approve{' '}
      {proposed.change_id} {brand}
    </Note>
  );
}
