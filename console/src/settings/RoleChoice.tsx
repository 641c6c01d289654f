import { Checkbox } from '../kit/Field.tsx';
import type { Role } from './queries.ts';
import styles from './Settings.module.css';
import { roleWords } from './words.ts';

export interface RoleChoiceProps {
  readonly chosen: readonly Role[];
  readonly onChange: (roles: readonly Role[]) => void;
}

/** Roles in this brand, any number together. */
export const RoleChoice = ({ chosen, onChange }: RoleChoiceProps) => (
  <fieldset className={styles.roles}>
    <legend className={styles.legend}>Roles in this brand</legend>
    {roleWords.map(([role, word, does]) => (
      <Checkbox
        key={role}
        label={
          <>
            {word} <span className={styles.soft}>{does}</span>
          </>
        }
        checked={chosen.includes(role)}
        onChange={({ target }) =>
          onChange(target.checked ? [...chosen, role] : chosen.filter((one) => one !== role))
        }
      />
    ))}
  </fieldset>
);
