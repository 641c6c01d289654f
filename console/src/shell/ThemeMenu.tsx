import { store, useStore } from '../api/store.ts';
import { IconButton } from '../kit/Button.tsx';
import { Menu } from '../kit/Menu.tsx';

const stored = 'clientele-theme';
const choices = [
  ['system', 'As the system', 'system'],
  ['light', 'Light', 'sun'],
  ['dark', 'Dark', 'moon'],
] as const;
type Theme = (typeof choices)[number][0];

const theme = store<Theme>((document.documentElement.dataset['theme'] as Theme | undefined) ?? 'system');

function choose(next: Theme): void {
  theme.set(next);
  if (next === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = next;
  try {
    if (next === 'system') localStorage.removeItem(stored);
    else localStorage.setItem(stored, next);
  } catch {
    // Without storage the choice holds for this page.
  }
}

export function ThemeMenu() {
  const current = useStore(theme);
  const icon = choices.find(([value]) => value === current)?.[2] ?? 'system';
  return (
    <Menu
      trigger={<IconButton icon={icon} label="Theme" />}
      items={choices.map(([value, word, itsIcon]) => ({
        word,
        icon: itsIcon,
        chosen: value === current,
        onChoose: () => choose(value),
      }))}
    />
  );
}
