import { unreachableOperations } from './accepted-answers.ts';
import type { Api, Operation } from './document.ts';
import { faultOf } from './oracle.ts';
import { Random } from './random.ts';
import type { TestTenant } from './requests.ts';
import { isRuledOut, requestOf, unroutedRequest } from './requests.ts';
import type { OutgoingRequest, Received } from './send.ts';
import { Sender } from './send.ts';
import type { Call } from './sequences.ts';
import { ModelFault, Sequences } from './sequences.ts';
import { canaryMarker } from './target.ts';
import type { Pool, ValueContext } from './values.ts';

export interface FuzzOptions {
  readonly api: Api;
  readonly url: string;
  readonly seed: number;
  readonly requests: number;
  /** Where the run ends earlier than that, on a machine that is slow or busy. */
  readonly mostSeconds?: number;
  /** Ends the run with the report of what was sent until then. */
  readonly signal?: AbortSignal;
  /** One brand for each lane; lanes run beside each other. */
  readonly lanes: readonly { readonly tenant: TestTenant; readonly pool: Pool }[];
  readonly progress?: (done: number) => void;
  /** Faults that the document cannot rule out, each with its reason. */
  readonly acceptedAnswers?: readonly AcceptedAnswer[];
}

export interface AcceptedAnswer {
  readonly fault: RegExp;
  readonly because: string;
}

export interface Fault {
  readonly kind: string;
  count: number;
  /** The first request of the kind, made as small as it can be and still show the fault. */
  smallest: OutgoingRequest;
  status: number;
}

export interface FuzzReport {
  readonly seed: number;
  readonly sent: number;
  readonly faults: readonly Fault[];
  /** How often each explanation was needed. */
  readonly acceptedAnswers: ReadonlyMap<string, number>;
  readonly statuses: ReadonlyMap<number, number>;
  /** Operations that never succeeded: what lies behind their checks was not reached. */
  readonly unreached: readonly string[];
}

/** Sends generated requests and holds every answer to the document. */
export async function fuzz(options: FuzzOptions): Promise<FuzzReport> {
  const run = new Run(options);
  try {
    await Promise.all(options.lanes.map((_, index) => run.lane(index)));
    await run.shrink();
    return run.report();
  } finally {
    run.close();
  }
}

class Run {
  readonly #options: FuzzOptions;
  readonly #sender: Sender;
  readonly #faults = new Map<string, Fault>();
  readonly #acceptedAnswers = new Map<string, number>();
  readonly #statuses = new Map<number, number>();
  readonly #reached = new Set<string>();
  readonly #byId: ReadonlyMap<string, Operation>;
  #sent = 0;

  constructor(options: FuzzOptions) {
    this.#options = options;
    this.#sender = new Sender(options.url);
    this.#byId = new Map(options.api.operations.map((one) => [one.operationId, one]));
  }

  /** One lane has chance, ids and a brand of its own, so that a seed repeats it. */
  async lane(index: number): Promise<void> {
    const { api, seed, requests, mostSeconds = Number.POSITIVE_INFINITY, signal, lanes } = this.#options;
    const end = performance.now() + mostSeconds * 1_000;
    const lane = lanes[index];
    if (!lane) return;
    const random = new Random(seed + index * 7_919);
    const { tenant, pool } = lane;
    const share = Math.ceil(requests / lanes.length);
    let sent = 0;
    const call: Call = async (one) => {
      sent += 1;
      const { identity, authorization } = one.by === 'colleague' ? tenant.colleague : tenant.key;
      const key: OutgoingRequest['headers'] = [
        ['Identity', identity],
        ['Authorization', authorization],
      ];
      const type: OutgoingRequest['headers'] =
        one.body === undefined ? [] : [['Content-Type', 'application/json']];
      const whole = { ...one, headers: [...key, ...type, ...(one.headers ?? [])] };
      const got = await this.#one(whole, pool);
      if (!got) throw new ModelFault(`${one.operationId} gave no answer`);
      return got;
    };
    const sequences = new Sequences(api, call);
    while (sent < share && performance.now() < end && !signal?.aborted) {
      const maker: ValueContext = { api, random, pool, marker: `${canaryMarker}${random.letters(6)}` };
      if (random.chance(0.04) || sent === 0) {
        await this.#sequence(sequences, maker);
        continue;
      }
      const isStray = random.chance(0.03);
      const operation = random.pick(api.operations);
      await this.#one(
        isStray
          ? unroutedRequest(maker, tenant, api.prefix)
          : requestOf(maker, tenant, operation, api.prefix),
        pool,
      );
      sent += 1;
    }
  }

  async #sequence(sequences: Sequences, maker: ValueContext): Promise<void> {
    try {
      await sequences.run(maker);
    } catch (error) {
      // An answer of the wrong shape can also break the model itself.
      const what = error instanceof ModelFault ? error.message : `a sequence ended with ${error}`;
      this.#note(what, { ...none, marker: maker.marker }, 0);
    }
  }

  async #one(sent: OutgoingRequest, pool: Pool): Promise<Received | undefined> {
    this.#sent += 1;
    if (this.#sent % 5_000 === 0) this.#options.progress?.(this.#sent);
    const got = await this.#sender.send(sent).catch((error: Error) => error);
    if (got instanceof Error) {
      this.#note(`${sent.operationId}: no answer (${got.message})`, sent, 0);
      return undefined;
    }
    this.#statuses.set(got.status, (this.#statuses.get(got.status) ?? 0) + 1);
    const kind = this.#faultOf(sent, got);
    if (kind !== undefined) this.#note(kind, sent, got.status);
    if (got.status < 300) {
      this.#reached.add(sent.operationId);
      if (got.text.startsWith('{') || got.text.startsWith('[')) pool.harvest(JSON.parse(got.text));
    }
    return got;
  }

  #faultOf(sent: OutgoingRequest, got: Received): string | undefined {
    return faultOf(this.#options.api, this.#byId.get(sent.operationId), sent, got);
  }

  #note(kind: string, sent: OutgoingRequest, status: number): void {
    const acceptedAnswers = this.#options.acceptedAnswers?.find(({ fault }) => fault.test(kind));
    if (acceptedAnswers) {
      this.#acceptedAnswers.set(
        acceptedAnswers.because,
        (this.#acceptedAnswers.get(acceptedAnswers.because) ?? 0) + 1,
      );
      return;
    }
    const known = this.#faults.get(kind);
    if (known) known.count += 1;
    else this.#faults.set(kind, { kind, count: 1, smallest: sent, status });
  }

  /** Takes away what is not needed for the fault, one part after another. */
  async shrink(): Promise<void> {
    for (const fault of this.#faults.values()) {
      if (fault.status === 0) continue;
      for (let smaller = true, rounds = 0; smaller && rounds < 20; rounds += 1) {
        smaller = false;
        for (const smallerRequest of smallerThan(fault.smallest)) {
          const candidate = this.#judged(smallerRequest, fault.smallest);
          const got = await this.#sender.send(candidate).catch(() => undefined);
          if (!got || this.#faultOf(candidate, got) !== fault.kind) continue;
          fault.smallest = candidate;
          smaller = true;
          break;
        }
      }
    }
  }

  /** A smaller request may be one that the document allows, although it rules out the larger one. */
  #judged(smaller: OutgoingRequest, larger: OutgoingRequest): OutgoingRequest {
    const operation = this.#byId.get(smaller.operationId);
    if (!operation || (smaller.path === larger.path && smaller.body === larger.body)) return smaller;
    const isReadable =
      smaller.body === undefined || smaller.body === '' || jsonOf(smaller.body) !== undefined;
    if (!isReadable) return smaller;
    return { ...smaller, mustFail: isRuledOut(operation, smaller.path, smaller.body) };
  }

  report(): FuzzReport {
    return {
      seed: this.#options.seed,
      sent: this.#sent,
      faults: [...this.#faults.values()].sort((one, other) => other.count - one.count),
      acceptedAnswers: this.#acceptedAnswers,
      statuses: this.#statuses,
      unreached: [...this.#byId.keys()].filter(
        (id) => !this.#reached.has(id) && !unreachableOperations.has(id),
      ),
    };
  }

  close(): void {
    this.#sender.close();
  }
}

const none: OutgoingRequest = {
  operationId: '',
  method: '',
  path: '',
  headers: [],
  body: undefined,
  marker: '',
  mustFail: false,
};

function* smallerThan(sent: OutgoingRequest): Generator<OutgoingRequest> {
  for (const [index, [name]] of sent.headers.entries()) {
    if (!/^(?:identity|authorization)$/i.test(name))
      yield { ...sent, headers: sent.headers.filter((_, at) => at !== index) };
  }
  const [path = '', query] = sent.path.split('?');
  if (query !== undefined) {
    const parts = query.split('&');
    for (const gone of parts.keys()) {
      const left = parts.filter((_, at) => at !== gone).join('&');
      yield { ...sent, path: left === '' ? path : `${path}?${left}` };
    }
  }
  if (sent.body === undefined) return;
  yield { ...sent, body: undefined, headers: sent.headers.filter(([name]) => name !== 'Content-Type') };
  const value = jsonOf(sent.body);
  if (typeof value !== 'object' || value === null) return;
  for (const name of Object.keys(value)) {
    const less = Array.isArray(value)
      ? value.filter((_, at) => String(at) !== name)
      : Object.fromEntries(Object.entries(value).filter(([one]) => one !== name));
    yield { ...sent, body: JSON.stringify(less) };
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The report for people; without the keys of the requests. */
export function reportText({ seed, sent, faults, acceptedAnswers, statuses, unreached }: FuzzReport): string {
  const lines = [`Seed ${seed}: ${sent} requests, ${faults.length} kinds of faults.`];
  lines.push(
    `Answers: ${[...statuses]
      .sort()
      .map(([status, count]) => `${status} × ${count}`)
      .join(', ')}.`,
  );
  if (unreached.length > 0) lines.push(`Never successful: ${unreached.join(', ')}.`);
  for (const [because, count] of acceptedAnswers) lines.push(`Accepted × ${count}: ${because}`);
  for (const { kind, count, smallest } of faults) {
    const headers = smallest.headers.filter(([name]) => !/^(?:identity|authorization)$/i.test(name));
    const shown = headers.map(([name, value]) => `${name}: ${value.slice(0, 100)}`).join('; ');
    const at = `${smallest.method} ${smallest.path.slice(0, 300)}`;
    lines.push(`× ${count} ${kind}\n    ${at} [${shown}] ${smallest.body?.slice(0, 500) ?? ''}`);
  }
  return lines.join('\n');
}
