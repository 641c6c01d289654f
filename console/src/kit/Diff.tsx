import type { ReactNode } from 'react';
import styles from './Diff.module.css';
import { Icon } from './Icon.tsx';

export interface DiffRow {
  readonly name: string;
  readonly before: ReactNode;
  readonly after: ReactNode;
  /** What it was before it became `before`, where that is told. */
  readonly former?: ReactNode;
}

export interface DiffProps {
  readonly rows: readonly DiffRow[];
  readonly heads?: readonly [before: string, after: string];
  /** Heads a column of former values, which comes first. */
  readonly formerHead?: string;
  /** Whether the one becomes the other. */
  readonly arrow?: boolean;
}

/** What is, beside what is to be, field by field. */
export function Diff({ rows, heads = ['Now', 'Wanted'], formerHead, arrow = true }: DiffProps) {
  return (
    <table className={styles.diff}>
      <thead>
        <tr>
          <th scope="col">Field</th>
          {formerHead !== undefined && <th scope="col">{formerHead}</th>}
          <th scope="col">{heads[0]}</th>
          <th scope="col">{heads[1]}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ name, before, after, former }) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            {formerHead !== undefined && <td className={styles.before}>{former}</td>}
            <td className={styles.before}>{before}</td>
            <td className={styles.after}>
              {arrow && <Icon name="arrow" size={14} />} {after}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
