import { Button } from './Button.tsx';
import { Icon } from './Icon.tsx';
import styles from './Pager.module.css';

export interface PagerProps {
  readonly onNewer: (() => void) | undefined;
  readonly onOlder: (() => void) | undefined;
  readonly words?: readonly [back: string, on: string];
}

/** Walks a list page by page. */
export function Pager({ onNewer, onOlder, words = ['Newer', 'Older'] }: PagerProps) {
  return (
    <nav aria-label="Pages of the list" className={styles.pager}>
      <Button small look="quiet" icon="left" disabled={!onNewer} onClick={onNewer}>
        {words[0]}
      </Button>
      <Button small look="quiet" disabled={!onOlder} onClick={onOlder}>
        {words[1]}
        <Icon name="right" />
      </Button>
    </nav>
  );
}
