import { lookup as lookUpName } from 'node:dns/promises';
import type { Socket } from 'node:net';
import { isIP } from 'node:net';
import type { Readable } from 'node:stream';
import { Agent, buildConnector } from 'undici';
import { acceptValidHeads, ClosedWhileKept, maxHeadBytes } from './outbound/response-head.ts';
import type { Place, Target, TargetRefusal } from './outbound/target.ts';
import { isRefusal, placeOf, readAllowed, readTarget, refusal } from './outbound/target.ts';

/**
 * The outbound HTTP client: every call to a vendor or a webhook goes through it. It connects only to the
 * addresses that it has checked. It follows no redirect, ends at its deadline, and keeps no more of a response
 * than its limit. It ignores proxy variables of the environment, and never throws for what a remote does.
 */
export interface Outbound {
  send(request: OutboundRequest): Promise<OutboundOutcome>;
  /** Where a call to this URL would go now, or why it would be refused, for checks without a call. Resolves its name. */
  locate(url: string): Promise<Place | TargetRefusal>;
  /** Aborts the calls in progress and closes idle connections. */
  close(): Promise<void>;
}

export interface OutboundOptions {
  /** Entries of an allow-list: what may be reached besides the public internet, without TLS too. */
  readonly allow: readonly string[];
  /** Milliseconds from the call to the last byte of the response, including DNS and connecting. */
  readonly timeoutMs: number;
  /** The limit of the response body. A longer body is cut, and its connection is closed. */
  readonly maxResponseBytes: number;
  readonly lookup?: Lookup;
  readonly dial?: Dial;
}

/** All addresses of a DNS name; empty, or a rejection, if there is none. */
export type Lookup = (name: string) => Promise<readonly string[]>;

/** Connects, with TLS if the protocol requires it. `hostname` is a checked IP address. */
export type Dial = (to: buildConnector.Options) => Promise<Socket>;

export interface OutboundRequest {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** A shorter deadline for this call. */
  readonly timeoutMs?: number;
  /** Refuses the call if it would not go here. */
  readonly only?: Place;
  /**
   * The receiver knows a repeat. If a connection that was kept open ends without a byte of the response, the call is sent
   * again over a new one.
   */
  readonly mayRepeat?: boolean;
}

export type OutboundOutcome = Answered | Refused | Failed;

export interface Answered {
  readonly kind: 'answered';
  /** Where the answer came from. */
  readonly from: Place;
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Buffer;
  /** Whether `body` is only the beginning: the limit or the deadline was reached before its end. */
  readonly truncated: boolean;
  /** Whether the deadline cut the body. The status is valid, but the body is incomplete. */
  readonly timedOut: boolean;
}

/** The call was refused before any connection. */
export interface Refused {
  readonly kind: 'refused';
  readonly refusal: TargetRefusal;
}

export interface Failed {
  readonly kind: 'failed';
  /**
   * `timeout`: no response head before the deadline. `unresolved`: the name has no address. `unreachable`: no
   * connection. `untrusted`: no TLS, or a certificate that cannot be trusted. For the last three, nothing was
   * sent. `broken`: not a complete HTTP response.
   */
  readonly reason: 'timeout' | 'unresolved' | 'unreachable' | 'untrusted' | 'broken';
}

export function openOutbound(options: OutboundOptions): Outbound {
  const { timeoutMs, maxResponseBytes } = options;
  const check = openCheck(options);
  // A connection that is kept open belongs to one place, so that a call to the other one never uses it.
  const agentsOf = (more: Agent.Options): Agents => ({
    public: openAgent(options, check, 'public', more),
    inside: openAgent(options, check, 'inside', more),
  });
  const kept = agentsOf({ keepAliveMaxTimeout: keptMs, clientTtl: keptMs });
  const fresh = agentsOf({ pipelining: 0 });

  async function exchange(target: Target, request: OutboundRequest, call: Call): Promise<Answered> {
    const answer = await withTimeout(
      call.endsAt - performance.now(),
      call.agents[call.place].request({
        origin: target.url.origin,
        path: `${target.url.pathname}${target.url.search}`,
        method: request.method,
        headers: { 'user-agent': 'clientele', ...request.headers },
        ...(request.body !== undefined && { body: request.body }),
        signal: call.signal,
      }),
    );
    const body = await readBody(answer.body, maxResponseBytes, call.endsAt);
    const { statusCode: status, headers } = answer;
    return { kind: 'answered', from: call.place, status, headers, ...body };
  }

  /** The outcome of a call in one place, or `elsewhere` if the URL leads to the other one. */
  async function sendTo(
    place: Place,
    target: Target,
    request: OutboundRequest,
    endsAt: number,
  ): Promise<OutboundOutcome | 'elsewhere'> {
    const call = new AbortController();
    const through = (agents: Agents) =>
      exchange(target, request, { agents, place, signal: call.signal, endsAt });
    try {
      return await through(kept).catch((error: unknown) => {
        if (!request.mayRepeat || !(error instanceof ClosedWhileKept)) throw error;
        return through(fresh);
      });
    } catch (error) {
      call.abort(error);
      return error instanceof CallError ? error.outcome : { kind: 'failed', reason: 'broken' };
    }
  }

  return {
    async send(request) {
      const target = readTarget(request.url);
      if (isRefusal(target)) return { kind: 'refused', refusal: target };
      const endsAt = performance.now() + Math.min(request.timeoutMs ?? timeoutMs, timeoutMs);
      for (const place of request.only === undefined ? places : [request.only]) {
        const outcome = await sendTo(place, target, request, endsAt);
        if (outcome !== 'elsewhere') return outcome;
      }
      return { kind: 'refused', refusal: refusal('moved') };
    },
    async locate(url) {
      const target = readTarget(url);
      if (isRefusal(target)) return target;
      const found = await withTimeout(timeoutMs, check(target)).catch(() => undefined);
      if (found === undefined) return refusal('unresolved');
      if (isRefusal(found)) return found;
      return found.addresses.length === 0 ? refusal('unresolved') : found.place;
    },
    async close() {
      await Promise.all(
        [kept, fresh].flatMap((agents) => [agents.public.destroy(), agents.inside.destroy()]),
      );
    },
  };
}

/**
 * Milliseconds for which a connection gets new calls. It leads to the address that was checked when it was opened, so this
 * is how long a change of a name may go unnoticed.
 */
const keptMs = 10_000;

/** In the order in which a call tries them. */
const places = ['public', 'inside'] as const;

interface Found {
  readonly place: Place;
  readonly addresses: readonly string[];
}

/** The addresses of a host and where they are, or why they are refused. An IP address is not looked up. */
type Check = (target: Pick<Target, 'protocol' | 'host' | 'port'>) => Promise<Found | TargetRefusal>;

function openCheck(options: OutboundOptions): Check {
  const allow = readAllowed(options.allow);
  const lookup = options.lookup ?? resolveAll;
  return async (target) => {
    const isLiteral = isIP(target.host) !== 0;
    const addresses = isLiteral ? [target.host] : await lookup(target.host).catch(() => []);
    const place = placeOf(target, addresses, allow);
    return isRefusal(place) ? place : { place, addresses };
  };
}

/** Connects only to addresses of one place that `check` allows, one after the other. */
function openAgent(options: OutboundOptions, check: Check, place: Place, more: Agent.Options): Agent {
  const { timeoutMs, dial = openDial(timeoutMs) } = options;

  /** Replaces the connect function of undici, for names and for addresses. Nothing else opens a socket. */
  async function connect(to: buildConnector.Options): Promise<Socket> {
    const protocol = to.protocol === 'https:' ? 'https:' : 'http:';
    const port = Number(to.port) || usualPorts[protocol];
    const found = await check({ protocol, host: to.hostname, port });
    if (isRefusal(found)) throw new CallError({ kind: 'refused', refusal: found });
    if (found.addresses.length > 0 && found.place !== place) throw new CallError('elsewhere');
    let failure = new CallError({ kind: 'failed', reason: 'unresolved' });
    for (const address of found.addresses) {
      try {
        return await dial({ ...to, hostname: address });
      } catch (error) {
        failure = new CallError({ kind: 'failed', reason: connectFailure(error) });
      }
    }
    throw failure;
  }

  return new Agent({
    ...more,
    connect: (to, done) => {
      const connecting = connect(to);
      withTimeout(timeoutMs, connecting).then(
        (socket) => done(null, acceptValidHeads(socket)),
        (error) => {
          // undici has given up this connection, so a socket that arrives later must be closed here.
          connecting.then((socket) => socket.destroy()).catch(() => undefined);
          done(error, null);
        },
      );
    },
    maxHeaderSize: maxHeadBytes,
    // `send` has one deadline for the whole call.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
}

const usualPorts = { 'http:': 80, 'https:': 443 } as const;

type Agents = Readonly<Record<Place, Agent>>;

interface Call {
  readonly agents: Agents;
  readonly place: Place;
  readonly signal: AbortSignal;
  /** The deadline, on the clock of `performance.now()`. */
  readonly endsAt: number;
}

/** Reads a body until its end, its limit or the deadline. The latter two close its connection. */
async function readBody(
  body: Readable,
  maxBytes: number,
  endsAt: number,
): Promise<Pick<Answered, 'body' | 'truncated' | 'timedOut'>> {
  const chunks: Buffer[] = [];
  let size = 0;
  let timedOut = false;
  const timer = setTimeout(
    () => {
      timedOut = true;
      body.destroy();
    },
    Math.max(endsAt - performance.now(), 0),
  );
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      // Leaving the loop destroys the body, and the connection with it.
      if (size > maxBytes) break;
    }
  } catch (error) {
    if (!timedOut) throw error;
  } finally {
    clearTimeout(timer);
  }
  const kept = Buffer.concat(chunks).subarray(0, maxBytes);
  return { body: kept, truncated: timedOut || size > maxBytes, timedOut };
}

/** Carries the outcome of a call without a response through undici to `send`. It contains no URL. */
class CallError extends Error {
  readonly outcome: Refused | Failed | 'elsewhere';

  constructor(outcome: Refused | Failed | 'elsewhere') {
    super(
      outcome === 'elsewhere'
        ? outcome
        : outcome.kind === 'refused'
          ? outcome.refusal.sentence
          : outcome.reason,
    );
    this.outcome = outcome;
  }
}

/** The result of the work, or a timeout. Later results and failures are ignored. */
async function withTimeout<Result>(milliseconds: number, work: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    const late = () => reject(new CallError({ kind: 'failed', reason: 'timeout' }));
    timer = setTimeout(late, Math.ceil(milliseconds));
  });
  try {
    return await Promise.race([work, deadline]);
  } finally {
    clearTimeout(timer);
  }
}

const resolveAll: Lookup = async (name) =>
  (await lookUpName(name, { all: true })).map(({ address }) => address);

/** One address gets half the time, so that the next address can be tried if the first is silent. */
function openDial(timeoutMs: number): Dial {
  const connect = buildConnector({ timeout: Math.ceil(timeoutMs / 2) });
  return (to) =>
    new Promise((resolve, reject) => {
      connect(to, (error, socket) => (error ? reject(error) : resolve(socket)));
    });
}

/** A failed system call means no connection; an error without one comes from TLS. */
function connectFailure(error: unknown): Failed['reason'] {
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (code === 'UND_ERR_CONNECT_TIMEOUT') return 'timeout';
  return syscall === undefined || code === 'EPROTO' ? 'untrusted' : 'unreachable';
}
