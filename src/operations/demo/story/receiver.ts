import type { Outbound, OutboundOutcome } from '../../../providers/outbound.ts';

/** An address of this machine at which nothing listens. Nothing is sent there unless an operator allows it. */
const address = 'http://127.0.0.1:9';
export const goodReceiver = `${address}/customers`;
export const removedReceiver = `${address}/old-crm`;

/** Attempts after which the good receiver answers no more. */
const healthyAttempts = 34;
/** An attempt that it refuses once. */
const refusedAttempt = 5;

/** Receivers in this process, for the webhooks of a sandbox's past: nothing goes over a network. */
export function openReceiver(): Outbound {
  let attempts = 0;
  const statusAt = (url: string): number => {
    if (url === removedReceiver) return 410;
    attempts += 1;
    return attempts === refusedAttempt || attempts > healthyAttempts ? 503 : 200;
  };
  return {
    async send({ url }): Promise<OutboundOutcome> {
      const answer = { headers: {}, body: Buffer.alloc(0), truncated: false, timedOut: false } as const;
      return { kind: 'answered', from: 'inside', status: statusAt(url), ...answer };
    },
    locate: async () => 'inside',
    close: async () => undefined,
  };
}
