import { Outlet, useRouter, useRouterState } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useState } from 'react';
import { sessionEnded } from '../api/client.ts';
import { useHere } from '../api/session.ts';
import { useStore } from '../api/store.ts';
import { IconButton } from '../kit/Button.tsx';
import { classes } from '../kit/classes.ts';
import type { Keys } from '../kit/keys.ts';
import { useKeys } from '../kit/keys.ts';
import { Confirmation } from './Confirmation.tsx';
import { useReachable } from './reachable.ts';
import styles from './Shell.module.css';
import { SideBar } from './SideBar.tsx';

const Finder = lazy(async () => ({ default: (await import('./Finder.tsx')).Finder }));
const AllKeys = lazy(async () => ({ default: (await import('./AllKeys.tsx')).AllKeys }));
const SessionEnded = lazy(async () => ({ default: (await import('./SessionEnded.tsx')).SessionEnded }));

/** What is open above the page. */
type Above = 'nothing' | 'finder' | 'keys' | 'menu';

/** The frame of every page of a brand: side bar, page, and what opens above it. */
export function Shell() {
  const { brand } = useHere();
  const [above, setAbove] = useState<Above>('nothing');
  const hasEnded = useStore(sessionEnded);
  const { pathname } = useRouterState({ select: ({ location }) => location });
  // Going to a page closes the sheet of pages.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the address is what the effect waits for.
  useEffect(() => setAbove('nothing'), [pathname]);
  // Windows stand beside the page, and are emptied with it.
  useEffect(() => {
    document.documentElement.toggleAttribute('data-session-ended', hasEnded);
  }, [hasEnded]);
  useKeys({ ...useGoKeys(), 'mod+k': () => setAbove('finder'), '?': () => setAbove('keys') });
  return (
    <div className={styles.shell}>
      <a href="#page" className={styles.skip}>
        To the page
      </a>
      <header className={styles.top}>
        <IconButton icon="menu" label="Pages" onClick={() => setAbove('menu')} />
        <span className={styles.name}>{brand.name}</span>
        <IconButton icon="search" label="Find or do" onClick={() => setAbove('finder')} />
      </header>
      {above === 'menu' && (
        <button
          type="button"
          className={styles.veil}
          aria-label="Close pages"
          onClick={() => setAbove('nothing')}
        />
      )}
      <aside aria-label="Console" className={classes(styles.side, above === 'menu' && styles.sideOpen)}>
        <SideBar onFind={() => setAbove('finder')} onKeys={() => setAbove('keys')} />
      </aside>
      <main
        id="page"
        tabIndex={-1}
        inert={hasEnded}
        className={classes(styles.main, hasEnded && styles.emptied)}
      >
        <Outlet />
      </main>
      <Suspense>
        {above === 'finder' && <Finder onClose={() => setAbove('nothing')} />}
        {above === 'keys' && <AllKeys onClose={() => setAbove('nothing')} />}
        {hasEnded && <SessionEnded />}
      </Suspense>
      <Confirmation />
    </div>
  );
}

/** `g` and a letter go to a page, single letters do something. */
function useGoKeys(): Keys {
  const router = useRouter();
  const { pages, actions } = useReachable();
  const go = (to: string) => () => void router.navigate({ to });
  return Object.fromEntries([
    ...pages.map(({ key, to }) => [`g ${key}`, go(to)]),
    ...actions.flatMap(({ key, to }) => (key ? [[key, go(to)]] : [])),
  ]);
}
