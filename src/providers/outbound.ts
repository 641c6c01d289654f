import { lookup as lookUpName } from 'node:dns/promises';
import type { Socket } from 'node:net';
import { isIP } from 'node:net';
import { Agent, buildConnector } from 'undici';
import type { Target, TargetRefusal } from './outbound-target.ts';
import { isRefusal, readRanges, readTarget, refusal, refusedAddresses } from './outbound-target.ts';

/**
 * The one way out of the house: every call to a vendor or a webhook. It dials only addresses that have been
 * checked, the very ones; follows no redirect; ends at its deadline; and keeps no more of an answer than it
 * was told to. It uses no proxy, whatever the environment says, and never throws for what is outside.
 */
export interface Outbound {
  send(request: OutboundRequest): Promise<OutboundOutcome>;
  /** Why a URL would be refused now, for the moment when somebody registers it. Looks its name up. */
  checkTarget(url: string): Promise<TargetRefusal | undefined>;
  /** Breaks off what is under way and closes idle connections. */
  close(): Promise<void>;
}

export interface OutboundOptions {
  /** CIDRs that may be reached besides the public internet, on every port and without TLS too. */
  readonly allow: readonly string[];
  /** From the call to the last byte of the answer, name look-up and connecting included. */
  readonly timeoutMilliseconds: number;
  /** Of the answer's body; what comes after is dropped, and the connection with it. */
  readonly maxResponseBytes: number;
  readonly lookup?: Lookup;
  readonly dial?: Dial;
}

/** Every address of a DNS name; empty, or a rejection, where none can be found. */
export type Lookup = (name: string) => Promise<readonly string[]>;

/** Connects, and speaks TLS where the protocol says so. `hostname` is an IP address that has been checked. */
export type Dial = (to: buildConnector.Options) => Promise<Socket>;

export interface OutboundRequest {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** Where this call may take less time than others. */
  readonly timeoutMilliseconds?: number;
}

export type OutboundOutcome = Answered | Refused | Failed;

export interface Answered {
  readonly kind: 'answered';
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Buffer;
  /** Whether the body was longer than allowed; what is kept is its beginning. */
  readonly truncated: boolean;
}

/** Nothing was dialled. */
export interface Refused {
  readonly kind: 'refused';
  readonly refusal: TargetRefusal;
}

export interface Failed {
  readonly kind: 'failed';
  /**
   * `unresolved`: the name has no address. `unreachable`: no connection. `untrusted`: no TLS, or a
   * certificate that cannot be trusted. Until then nothing was sent. `broken`: not a whole HTTP answer.
   */
  readonly reason: 'timeout' | 'unresolved' | 'unreachable' | 'untrusted' | 'broken';
}

export function openOutbound(options: OutboundOptions): Outbound {
  const { timeoutMilliseconds, maxResponseBytes } = options;
  const allow = readRanges(options.allow);
  const lookup = options.lookup ?? everyAddress;
  const dial = options.dial ?? dialler(timeoutMilliseconds);

  /** The addresses of a host, all of which may be dialled. An address is its own, without a look-up. */
  async function checkedAddresses(target: Pick<Target, 'protocol' | 'host' | 'port'>) {
    const isLiteral = isIP(target.host) !== 0;
    const addresses = isLiteral ? [target.host] : await lookup(target.host).catch(() => []);
    return refusedAddresses(target, addresses, allow) ?? addresses;
  }

  /** Stands where undici connects, for names and for addresses: nothing else here opens a socket. */
  async function connect(to: buildConnector.Options): Promise<Socket> {
    const protocol = to.protocol === 'https:' ? 'https:' : 'http:';
    const port = Number(to.port) || usualPorts[protocol];
    const found = await checkedAddresses({ protocol, host: to.hostname, port });
    if (isRefusal(found)) throw new CallError({ kind: 'refused', refusal: found });
    let failure = new CallError({ kind: 'failed', reason: 'unresolved' });
    for (const address of found) {
      try {
        return await dial({ ...to, hostname: address });
      } catch (error) {
        failure = new CallError({ kind: 'failed', reason: connectFailure(error) });
      }
    }
    throw failure;
  }

  const agent = new Agent({
    connect: (to, done) => {
      const connecting = connect(to);
      within(timeoutMilliseconds, connecting).then(
        (socket) => done(null, socket),
        (error) => {
          // A socket that comes too late belongs to nobody.
          connecting.then((socket) => socket.destroy()).catch(() => undefined);
          done(error, null);
        },
      );
    },
    maxHeaderSize: 16_384,
    // The one deadline covers more than these two would.
    headersTimeout: 0,
    bodyTimeout: 0,
  });

  async function exchange(target: Target, request: OutboundRequest, signal: AbortSignal): Promise<Answered> {
    const answer = await agent.request({
      origin: target.url.origin,
      path: `${target.url.pathname}${target.url.search}`,
      method: request.method,
      headers: { 'user-agent': 'clientele', ...request.headers },
      ...(request.body !== undefined && { body: request.body }),
      signal,
    });
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of answer.body as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      // Leaving the loop destroys the body, and the connection with it.
      if (size > maxResponseBytes) break;
    }
    return {
      kind: 'answered',
      status: answer.statusCode,
      headers: answer.headers,
      body: Buffer.concat(chunks).subarray(0, maxResponseBytes),
      truncated: size > maxResponseBytes,
    };
  }

  return {
    async send(request) {
      const target = readTarget(request.url);
      if (isRefusal(target)) return { kind: 'refused', refusal: target };
      const call = new AbortController();
      const time = Math.min(request.timeoutMilliseconds ?? timeoutMilliseconds, timeoutMilliseconds);
      try {
        return await within(time, exchange(target, request, call.signal));
      } catch (error) {
        call.abort(error);
        return error instanceof CallError ? error.outcome : { kind: 'failed', reason: 'broken' };
      }
    },
    async checkTarget(url) {
      const target = readTarget(url);
      if (isRefusal(target)) return target;
      const found = await within(timeoutMilliseconds, checkedAddresses(target)).catch(() => []);
      if (isRefusal(found)) return found;
      return found.length === 0 ? refusal('unresolved') : undefined;
    },
    close: () => agent.destroy(),
  };
}

const usualPorts = { 'http:': 80, 'https:': 443 } as const;

/** How a call ends without an answer, on its way through undici to `send`. It names no URL. */
class CallError extends Error {
  readonly outcome: Refused | Failed;

  constructor(outcome: Refused | Failed) {
    super(outcome.kind === 'refused' ? outcome.refusal.sentence : outcome.reason);
    this.outcome = outcome;
  }
}

/** The work's result in time. Work that is late is left to itself, and its failure is nobody's. */
async function within<Result>(milliseconds: number, work: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    const late = () => reject(new CallError({ kind: 'failed', reason: 'timeout' }));
    timer = setTimeout(late, milliseconds);
  });
  try {
    return await Promise.race([work, deadline]);
  } finally {
    clearTimeout(timer);
  }
}

const everyAddress: Lookup = async (name) =>
  (await lookUpName(name, { all: true })).map(({ address }) => address);

/** Half the time for one address, so that a silent one leaves some for the next. */
function dialler(timeoutMilliseconds: number): Dial {
  const connect = buildConnector({ timeout: Math.ceil(timeoutMilliseconds / 2) });
  return (to) =>
    new Promise((resolve, reject) => {
      connect(to, (error, socket) => (error ? reject(error) : resolve(socket)));
    });
}

/** System calls fail when nobody answers; without one it was TLS that failed. */
function connectFailure(error: unknown): Failed['reason'] {
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (code === 'UND_ERR_CONNECT_TIMEOUT') return 'timeout';
  return syscall === undefined || code === 'EPROTO' ? 'untrusted' : 'unreachable';
}
