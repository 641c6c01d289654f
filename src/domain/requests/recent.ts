import type { Instant } from '../time.ts';

/** A request that was answered. It names the route and never the address, which may contain a value. */
export interface RecentRequest {
  readonly requestId: string;
  readonly at: Instant;
  readonly method: string;
  /** The pattern of the route, such as `/customers/{customer_id}`. */
  readonly path: string;
  readonly operation: string;
  readonly status: number;
  readonly milliseconds: number;
  readonly actor: { readonly kind: string; readonly id?: string; readonly user?: string };
  /** Whether a person who has signed in to the console made it. */
  readonly isOfConsole: boolean;
  /** The code of the refusal, if it was refused. */
  readonly code: string | undefined;
}

export interface NumberedRequest extends RecentRequest {
  /** Counts the requests of the brand, from 1. */
  readonly number: number;
}

export interface RequestFilter {
  /** A status, or a hundred of them: `404`, `5xx`. */
  readonly status: string | undefined;
  readonly operation: string | undefined;
  /** The id of an actor. */
  readonly actor: string | undefined;
  readonly withConsole: boolean;
}

/** The requests that are kept of a brand. */
export const keptRequests = 1_000;
/** The brands whose requests are kept: those with the last requests. */
const keptBrands = 100;

interface Kept {
  /** The request with a number is at the remainder of that number. */
  readonly slots: RecentRequest[];
  last: number;
}

/** The last requests of each brand to this process, in memory. */
export class RecentRequests {
  /** Since when requests are noted. */
  readonly since: Instant;
  readonly #brands = new Map<string, Kept>();

  constructor(since: Instant) {
    this.since = since;
  }

  note(brandId: string, request: RecentRequest): void {
    const kept = this.#brands.get(brandId) ?? this.#begin(brandId);
    kept.last += 1;
    kept.slots[kept.last % keptRequests] = request;
  }

  #begin(brandId: string): Kept {
    const [oldest] = this.#brands.size >= keptBrands ? this.#brands.keys() : [];
    if (oldest !== undefined) this.#brands.delete(oldest);
    const kept = { slots: [], last: 0 };
    this.#brands.set(brandId, kept);
    return kept;
  }

  /** The requests of a brand before a number that fit, the newest first. */
  newest(
    brandId: string,
    filter: RequestFilter,
    before: number | undefined,
    most: number,
  ): readonly NumberedRequest[] {
    const kept = this.#brands.get(brandId);
    const found: NumberedRequest[] = [];
    const first = Math.max(1, (kept?.last ?? 0) - keptRequests + 1);
    for (let at = Math.min(kept?.last ?? 0, (before ?? Number.POSITIVE_INFINITY) - 1); at >= first; at -= 1) {
      const request = kept?.slots[at % keptRequests];
      if (request && fits(request, filter)) found.push({ ...request, number: at });
      if (found.length === most) break;
    }
    return found;
  }
}

const fits = (request: RecentRequest, { status, operation, actor, withConsole }: RequestFilter): boolean =>
  (withConsole || !request.isOfConsole) &&
  (status === undefined || hasStatus(request.status, status)) &&
  (operation === undefined || request.operation === operation) &&
  (actor === undefined || request.actor.id === actor);

const hasStatus = (status: number, wanted: string): boolean =>
  wanted.endsWith('xx') ? Math.floor(status / 100) === Number(wanted[0]) : status === Number(wanted);
