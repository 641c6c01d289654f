import { useEffect, useRef } from 'react';
import { store } from '../api/store.ts';

/** What each key does. Two keys after each other are written with a space: `g c`. */
export type Keys = Readonly<Record<string, (event: KeyboardEvent) => void>>;

const stored = 'clientele-single-keys';

/** Whether single keys do anything; Ctrl K and Escape always do. */
export const singleKeys = store(readStored());

export function setSingleKeys(on: boolean): void {
  singleKeys.set(on);
  try {
    localStorage.setItem(stored, on ? 'on' : 'off');
  } catch {
    // Without storage the choice holds for this page.
  }
}

function readStored(): boolean {
  try {
    return localStorage.getItem(stored) !== 'off';
  } catch {
    return true;
  }
}

const layers = new Set<{ current: Keys }>();
let before: { readonly key: string; readonly at: number } | undefined;
/** Milliseconds in which the second of two keys has to follow. */
const pairMs = 1_000;

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName));

function pressed(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing) return;
  const withControl = event.ctrlKey || event.metaKey;
  const key = withControl ? `mod+${event.key.toLowerCase()}` : event.key;
  if (event.altKey || (!withControl && (isTyping(event.target) || !singleKeys.get()))) return;
  const pair = before && Date.now() - before.at < pairMs ? `${before.key} ${key}` : undefined;
  before = { key, at: Date.now() };
  // The keys of what opened last come first.
  const found = [...layers].reverse().map(({ current }) => (pair && current[pair]) || current[key]);
  const action = found.find((one) => one !== undefined);
  if (!action) return;
  before = undefined;
  event.preventDefault();
  action(event);
}

document.addEventListener('keydown', pressed);

/** Listens to keys while the component is there. Never while a person types. */
export function useKeys(keys: Keys, active = true): void {
  const layer = useRef(keys);
  layer.current = keys;
  useEffect(() => {
    if (!active) return undefined;
    layers.add(layer);
    return () => {
      layers.delete(layer);
    };
  }, [active]);
}
