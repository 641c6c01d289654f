import { Autocomplete } from '@base-ui/react/autocomplete';
import { Dialog } from '@base-ui/react/dialog';
import { useState } from 'react';
import type { IconName } from './Icon.tsx';
import { Icon } from './Icon.tsx';
import { Kbd } from './Kbd.tsx';
import styles from './Palette.module.css';

export interface Command {
  readonly group: string;
  readonly title: string;
  readonly icon: IconName;
  readonly shortcut?: string;
  readonly run: () => void;
}

export interface PaletteProps {
  /** The commands for what was typed. */
  readonly commandsFor: (typed: string) => readonly Command[];
  readonly onClose: () => void;
}

/** One field for every page and action. What is typed stays here. */
export function Palette({ commandsFor, onClose }: PaletteProps) {
  const [typed, setTyped] = useState('');
  const commands = commandsFor(typed.trim());
  const groups = [...new Set(commands.map(({ group }) => group))];
  const items = groups.map((value) => ({ value, items: commands.filter(({ group }) => group === value) }));
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className={styles.veil} />
        <Dialog.Popup aria-label="Find or do" className={styles.palette}>
          <Autocomplete.Root
            open
            inline
            items={items}
            filter={null}
            autoHighlight="always"
            keepHighlight
            value={typed}
            onValueChange={setTyped}
            itemToStringValue={(command: Command) => command.title}
          >
            <div className={styles.field}>
              <Icon name="search" size={18} />
              <Autocomplete.Input
                className={styles.input}
                placeholder="Go to a page, do a thing, or paste an id"
                aria-label="Go to a page, do a thing, or paste an id"
              />
            </div>
            <Autocomplete.Empty className={styles.empty}>
              {commands.length === 0 && 'Nothing has this name. Customers are found on their page.'}
            </Autocomplete.Empty>
            <Autocomplete.List className={styles.list}>
              {(group: (typeof items)[number]) => (
                <Autocomplete.Group key={group.value} items={group.items}>
                  <Autocomplete.GroupLabel className={styles.group}>{group.value}</Autocomplete.GroupLabel>
                  <Autocomplete.Collection>
                    {(command: Command) => (
                      <Autocomplete.Item
                        key={command.title}
                        value={command}
                        className={styles.item}
                        onClick={() => {
                          onClose();
                          command.run();
                        }}
                      >
                        <Icon name={command.icon} />
                        <span className={styles.title}>{command.title}</span>
                        {command.shortcut && <span className={styles.shortcut}>{command.shortcut}</span>}
                      </Autocomplete.Item>
                    )}
                  </Autocomplete.Collection>
                </Autocomplete.Group>
              )}
            </Autocomplete.List>
          </Autocomplete.Root>
          <p className={styles.foot}>
            <Kbd>↑</Kbd> <Kbd>↓</Kbd> choose <Kbd>↵</Kbd> run <Kbd>Esc</Kbd> close
          </p>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
