import { useMutation } from '@tanstack/react-query';
import { useRef } from 'react';
import { newIdempotencyKey } from './client.ts';
import { NotConfirmed, withConfirmation } from './confirmation.ts';
import type { Failure } from './failure.ts';
import { asFailure } from './failure.ts';

/** A write of one form or button. */
export interface Write<Input> {
  readonly send: (input: Input) => void;
  readonly isSending: boolean;
  readonly failure: Failure | undefined;
  readonly forget: () => void;
}

/**
 * A write with an `Idempotency-Key` that is made when its form opens, so that a repeat after a lost answer changes
 * nothing twice. Asks for a fresh proof of identity where the API wants one.
 *
 * `call` gets the header to send: `api.POST('/customers', { params: { header: key }, body })`.
 */
export function useWrite<Input, Result>(
  call: (input: Input, key: { readonly 'Idempotency-Key': string }) => Promise<Result>,
  done: (result: Result, input: Input) => unknown,
): Write<Input> {
  const key = useRef<string>(undefined);
  const mutation = useMutation({
    mutationFn: (input: Input) => {
      key.current ??= newIdempotencyKey();
      const header = { 'Idempotency-Key': key.current };
      return withConfirmation(() => call(input, header));
    },
    onSuccess: (result, input) => {
      key.current = undefined;
      return done(result, input);
    },
  });
  const { error } = mutation;
  return {
    send: (input) => mutation.mutate(input),
    isSending: mutation.isPending,
    failure: error === null || error instanceof NotConfirmed ? undefined : asFailure(error),
    forget: () => mutation.reset(),
  };
}
