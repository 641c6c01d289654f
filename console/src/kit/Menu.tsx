import { Menu as Base } from '@base-ui/react/menu';
import type { ReactElement } from 'react';
import { classes } from './classes.ts';
import type { IconName } from './Icon.tsx';
import { Icon } from './Icon.tsx';
import styles from './Menu.module.css';

export interface MenuItem {
  readonly word: string;
  readonly icon?: IconName;
  readonly danger?: boolean;
  readonly chosen?: boolean;
  readonly onChoose: () => void;
}

export interface MenuProps {
  /** The button that opens the menu. */
  readonly trigger: ReactElement<Record<string, unknown>>;
  readonly items: readonly MenuItem[];
  readonly align?: 'start' | 'end';
}

export function Menu({ trigger, items, align = 'end' }: MenuProps) {
  return (
    <Base.Root>
      <Base.Trigger render={trigger} />
      {/* What stands beside the page needs a landmark of its own. */}
      <Base.Portal render={<section aria-label="Menu" />}>
        <Base.Positioner sideOffset={4} align={align} className={styles.place}>
          <Base.Popup className={styles.popup}>
            {items.map(({ word, icon, danger, chosen, onChoose }) => (
              <Base.Item
                key={word}
                onClick={onChoose}
                className={classes(styles.item, danger && styles.danger)}
              >
                {icon && <Icon name={icon} />}
                <span>{word}</span>
                {chosen && <Icon name="check" />}
              </Base.Item>
            ))}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
