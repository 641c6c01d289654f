import { Agent, request } from 'undici';
import type { Send } from './push.ts';

export interface SiemOptions {
  readonly url: string;
  /** What the Authorization header carries: a whole value such as `Splunk …`, or a token alone for `Bearer`. */
  readonly token: string | undefined;
  /** PEM. Without one, the authorities that Node trusts. */
  readonly ca: Buffer | undefined;
  readonly timeoutMs: number;
}

/** Posts events as NDJSON. Any 2xx answer takes the batch. */
export function openSiem({ url, token, ca, timeoutMs }: SiemOptions): Send {
  const dispatcher = new Agent({
    connect: { rejectUnauthorized: true, timeout: timeoutMs, ...(ca && { ca }) },
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
  });
  const authorization = token !== undefined && (token.includes(' ') ? token : `Bearer ${token}`);
  return async (events) => {
    try {
      const { statusCode, body } = await request(url, {
        dispatcher,
        method: 'POST',
        headers: {
          'content-type': 'application/x-ndjson',
          'user-agent': 'clientele',
          ...(authorization && { authorization }),
        },
        body: `${events.map((event) => JSON.stringify(event)).join('\n')}\n`,
        signal: AbortSignal.timeout(timeoutMs),
      });
      await body.dump();
      return statusCode >= 200 && statusCode < 300;
    } catch {
      return false;
    }
  };
}
