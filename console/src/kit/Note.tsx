import type { ReactNode } from 'react';
import { classes } from './classes.ts';
import type { IconName } from './Icon.tsx';
import { Icon } from './Icon.tsx';
import styles from './Note.module.css';
import type { Tone } from './Status.tsx';

export interface NoteProps {
  readonly tone?: Tone;
  readonly icon?: IconName;
  readonly action?: ReactNode;
  readonly children: ReactNode;
}

/** A sentence that matters here, in a box of its tone. */
export function Note({ tone = 'mute', icon = 'info', action, children }: NoteProps) {
  return (
    <div className={classes(styles.note, styles[tone])}>
      <Icon name={icon} />
      <div className={styles.text}>{children}</div>
      {action}
    </div>
  );
}
