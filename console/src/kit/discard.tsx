import type { FormEvent, ReactNode, RefObject } from 'react';
import { useRef, useState } from 'react';
import { Confirm } from './Confirm.tsx';

export interface Discard {
  /** For the element of the window. */
  readonly popup: {
    readonly ref: RefObject<HTMLDivElement | null>;
    readonly onInput: (event: FormEvent) => void;
  };
  /** Closes the window, after a question where a form of it has something typed. */
  readonly close: () => void;
  readonly question: ReactNode;
}

/** A window that does not throw away what was typed because of one key, or one click beside it. */
export function useDiscard(onClose: () => void): Discard {
  const ref = useRef<HTMLDivElement>(null);
  const [isAsking, setAsking] = useState(false);
  return {
    popup: {
      ref,
      // A form that was sent or left is gone, and its mark with it.
      onInput: ({ target }) => (target as Element).closest('form')?.setAttribute('data-touched', ''),
    },
    close: () => (ref.current?.querySelector('form[data-touched]') ? setAsking(true) : onClose()),
    question: isAsking && (
      <Confirm
        title="Discard what you typed?"
        verb="Discard"
        danger
        onConfirm={onClose}
        onClose={() => setAsking(false)}
      />
    ),
  };
}
