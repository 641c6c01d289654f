import { store, useStore } from '../api/store.ts';
import { IconButton } from '../kit/Button.tsx';
import { Menu } from '../kit/Menu.tsx';

const stored = { theme: 'clientele-theme', rows: 'clientele-rows' } as const;
const choices = [
  ['system', 'As the system', 'system'],
  ['light', 'Light', 'sun'],
  ['dark', 'Dark', 'moon'],
] as const;
type Theme = (typeof choices)[number][0];

const page = document.documentElement;

const theme = store<Theme>((page.dataset['theme'] as Theme | undefined) ?? 'system');
const areRowsCompact = store(page.dataset['rows'] === 'compact');

function choose(next: Theme): void {
  theme.set(next);
  keep('theme', next === 'system' ? undefined : next);
}

function chooseRows(compact: boolean): void {
  areRowsCompact.set(compact);
  keep('rows', compact ? 'compact' : undefined);
}

function keep(name: keyof typeof stored, value: string | undefined): void {
  if (value === undefined) delete page.dataset[name];
  else page.dataset[name] = value;
  try {
    if (value === undefined) localStorage.removeItem(stored[name]);
    else localStorage.setItem(stored[name], value);
  } catch {
    // Without storage the choice holds for this page.
  }
}

/** How the console looks to this person: its theme, and how high the rows of its tables are. */
export function ThemeMenu() {
  const current = useStore(theme);
  const isCompact = useStore(areRowsCompact);
  const icon = choices.find(([value]) => value === current)?.[2] ?? 'system';
  return (
    <Menu
      trigger={<IconButton icon={icon} label="Look" />}
      items={[
        ...choices.map(([value, word, itsIcon]) => ({
          word,
          icon: itsIcon,
          chosen: value === current,
          onChoose: () => choose(value),
        })),
        {
          word: 'Compact rows',
          icon: 'menu',
          chosen: isCompact,
          onChoose: () => chooseRows(!isCompact),
        },
      ]}
    />
  );
}
