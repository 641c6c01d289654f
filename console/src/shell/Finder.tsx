import { useRouter } from '@tanstack/react-router';
import type { Command } from '../kit/Palette.tsx';
import { Palette } from '../kit/Palette.tsx';
import { useReachable } from './reachable.ts';

const id = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The palette with the pages and actions of this person in this brand. */
export function Finder({ onClose }: { readonly onClose: () => void }) {
  const router = useRouter();
  const { pages, actions, finds } = useReachable();
  const go = (to: string) => () => void router.navigate({ to });
  const commandsFor = (typed: string): readonly Command[] => {
    if (id.test(typed))
      return finds.map(({ what, icon, to }) => ({
        group: 'Open',
        title: `${what} ${typed.slice(0, 8).toLowerCase()}`,
        icon,
        run: go(to(typed.toLowerCase())),
      }));
    const isMeant = ({ title }: { readonly title: string }) =>
      title.toLowerCase().includes(typed.toLowerCase());
    return [
      ...pages.map(({ title, icon, to, key }) => ({
        group: 'Go to',
        title,
        icon,
        run: go(to),
        shortcut: `G ${key.toUpperCase()}`,
      })),
      ...actions.map(({ title, icon, to, key }) => ({
        group: 'Do',
        title,
        icon,
        run: go(to),
        ...(key && { shortcut: key.toUpperCase() }),
      })),
    ].filter(isMeant);
  };
  return <Palette commandsFor={commandsFor} onClose={onClose} />;
}
