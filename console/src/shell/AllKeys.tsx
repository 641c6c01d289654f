import { useStore } from '../api/store.ts';
import { Dialog } from '../kit/Dialog.tsx';
import { Checkbox } from '../kit/Field.tsx';
import { Kbd } from '../kit/Kbd.tsx';
import { setSingleKeys, singleKeys } from '../kit/keys.ts';
import styles from './AllKeys.module.css';
import { useReachable } from './reachable.ts';

const general = [
  ['Ctrl K', 'Find a page or an action'],
  ['?', 'Show all keys'],
  ['/', 'Go to the search of the page'],
  ['J', 'Next row'],
  ['K', 'Previous row'],
  ['Enter', 'Open the row'],
  ['E', 'Edit what is open'],
  ['Esc', 'Close'],
] as const;

/** Every key, and the switch that turns single ones off. */
export function AllKeys({ onClose }: { readonly onClose: () => void }) {
  const { pages, actions } = useReachable();
  const isOn = useStore(singleKeys);
  const keys: readonly (readonly [string, string])[] = [
    ...general,
    ...actions.flatMap(({ key, title }) => (key ? [[key.toUpperCase(), title] as const] : [])),
    ...pages.map(({ key, title }) => [`G ${key.toUpperCase()}`, title] as const),
  ];
  return (
    <Dialog title="All keys" onClose={onClose}>
      <dl className={styles.keys}>
        {keys.map(([key, what]) => (
          <div key={key} className={styles.line}>
            <dt>{what}</dt>
            <dd>
              {key.split(' ').map((one) => (
                <Kbd key={one}>{one}</Kbd>
              ))}
              <span className={styles.hidden}>{key}</span>
            </dd>
          </div>
        ))}
      </dl>
      <Checkbox
        label="Single keys work, wherever nothing is typed"
        checked={isOn}
        onChange={({ target }) => setSingleKeys(target.checked)}
      />
    </Dialog>
  );
}
