import { useEffect, useState } from 'react';
import styles from './Copy.module.css';
import { Icon } from './Icon.tsx';

export async function copyText(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  // Without a secure context there is only the older way.
  const area = document.createElement('textarea');
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand('copy');
  area.remove();
}

/** True for two seconds after `show` was called. */
export function useShortly(): readonly [boolean, () => void] {
  const [count, setCount] = useState(0);
  useEffect(() => {
    if (count === 0) return undefined;
    const timer = setTimeout(() => setCount(0), 2_000);
    return () => clearTimeout(timer);
  }, [count]);
  return [count > 0, () => setCount((before) => before + 1)];
}

export interface CopyProps {
  readonly text: string;
  /** What is copied: "id", "secret". */
  readonly what: string;
}

/** Copies a value. Stands beside every id and secret. */
export function Copy({ text, what }: CopyProps) {
  const [copied, show] = useShortly();
  const label = copied ? 'Copied' : `Copy ${what}`;
  return (
    <button
      type="button"
      className={styles.copy}
      aria-label={label}
      title={label}
      onClick={() => void copyText(text).then(show)}
    >
      <Icon name={copied ? 'check' : 'copy'} size={14} />
    </button>
  );
}

/** An id with its copy button; `short` shows its first part. */
export function Id({ id, what = 'id', short = false }: { id: string; what?: string; short?: boolean }) {
  return (
    <span className={styles.id}>
      <code>{short ? id.slice(0, 8) : id}</code>
      <Copy text={id} what={what} />
    </span>
  );
}
