import { Copy } from './Copy.tsx';
import styles from './Secret.module.css';

export interface SecretProps {
  readonly name: string;
  readonly value: string;
}

/** A value that is shown once, with its name. */
export function Secret({ name, value }: SecretProps) {
  return (
    <div className={styles.secret}>
      <span className={styles.name}>{name}</span>
      <code className={styles.value}>{value}</code>
      <Copy text={value} what={name} />
    </div>
  );
}
