import { useEffect } from 'react';

const titles: Partial<Record<'page' | 'record', string>> = {};

/**
 * The title of the window: that of the open record, or of the page. It never names a person, because browsers keep
 * titles.
 */
export function useWindowTitle(title: string, of: 'page' | 'record'): void {
  useEffect(() => {
    titles[of] = title;
    show();
    return () => {
      delete titles[of];
      show();
    };
  }, [title, of]);
}

function show(): void {
  const title = titles.record ?? titles.page;
  document.title = title ? `${title} · Clientele` : 'Clientele';
}
