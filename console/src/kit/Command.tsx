import styles from './Command.module.css';
import { Copy } from './Copy.tsx';

/** A command, ready to copy. */
export function Command({ children }: { readonly children: string }) {
  return (
    <div className={styles.command}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys. */}
      <pre tabIndex={0}>{children}</pre>
      <Copy text={children} what="command" />
    </div>
  );
}
