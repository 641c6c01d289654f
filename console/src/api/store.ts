import { useSyncExternalStore } from 'react';

/** One value that code outside of components can read and set, and that components follow. */
export interface Store<Value> {
  get(): Value;
  set(value: Value): void;
  /** Calls when the value changes, until the returned function is called. */
  follow(changed: () => void): () => void;
}

export function store<Value>(initial: Value): Store<Value> {
  let value = initial;
  const followers = new Set<() => void>();
  return {
    get: () => value,
    set(next) {
      if (Object.is(value, next)) return;
      value = next;
      for (const changed of followers) changed();
    },
    follow(changed) {
      followers.add(changed);
      return () => followers.delete(changed);
    },
  };
}

export const useStore = <Value>({ follow, get }: Store<Value>): Value => useSyncExternalStore(follow, get);
