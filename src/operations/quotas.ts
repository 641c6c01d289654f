import { setTimeout as pause } from 'node:timers/promises';
import { Refusal } from '../domain/errors.ts';
import type { BrandId } from '../domain/ids.ts';
import type { BrandScope } from '../store/scope.ts';
import { countIdempotencyRecords, sumDocumentBytes } from '../store/usage.ts';

// What a brand has stored is measured, not counted along: a counter of the brand would be one row that every request
// of the brand waits for (docs/decisions/0016-edges.md).

/** What a brand may have stored at once. */
export interface QuotaLimits {
  /** Answers under Idempotency-Keys. Each is kept for 24 hours. */
  readonly idempotencyRecords: number;
  /** Bytes of document images. */
  readonly documentBytes: number;
}

export interface Quotas {
  /**
   * Makes room for an answer under an Idempotency-Key. Waits only where nothing is known of the brand yet, and at
   * most a second.
   *
   * @throws Refusal `idempotency_budget`
   */
  admitRecord(scope: BrandScope): Promise<void> | undefined;
  /** Makes room for document images. @throws Refusal `document_budget` */
  admitDocuments(scope: BrandScope, bytes: number): Promise<void>;
}

/** Seconds after which a client tries again: records expire all the time. */
const recordRetry = 60;
/** Milliseconds for which a measurement counts. */
const freshness = { records: 60_000, documents: 5_000 } as const;
/** A measurement counts for at least so many times as long as it took, so that measuring never is the main work. */
const restFactor = 100;
/** Milliseconds that a request waits for a measurement. One that takes longer counts for later requests. */
const longestWait = 1_000;
/** Brands whose usage is remembered; beyond it the oldest goes. */
const capacity = 10_000;

export function openQuotas(limits: QuotaLimits, clock: () => number = () => performance.now()): Quotas {
  const records = openMeter(
    (scope) => countIdempotencyRecords(scope, limits.idempotencyRecords),
    freshness.records,
    clock,
  );
  const documents = openMeter(sumDocumentBytes, freshness.documents, clock);

  function takeRecord(brandId: BrandId): void {
    if (!records.take(brandId, 1, limits.idempotencyRecords))
      throw new Refusal('idempotency_budget', undefined, { retryAfter: recordRetry });
  }

  return {
    admitRecord(scope) {
      const { brandId } = scope;
      if (!records.isKnown(brandId)) return waitFor(records.measure(scope)).then(() => takeRecord(brandId));
      if (!records.isFresh(brandId)) void records.measure(scope);
      takeRecord(brandId);
      return undefined;
    },
    async admitDocuments(scope, bytes) {
      if (!documents.isFresh(scope.brandId)) await waitFor(documents.measure(scope));
      if (!documents.take(scope.brandId, bytes, limits.documentBytes)) throw new Refusal('document_budget');
    },
  };
}

const waitFor = (measurement: Promise<void>): Promise<unknown> =>
  Promise.race([measurement, pause(longestWait, undefined, { ref: false })]);

/** What was measured of a brand, and what this process has added since. */
interface Reading {
  readonly measured: number;
  added: number;
  readonly until: number;
}

interface Meter {
  isKnown(brandId: BrandId): boolean;
  isFresh(brandId: BrandId): boolean;
  /** Measures a brand; callers at once share one measurement. A failed one leaves what was known before. */
  measure(scope: BrandScope): Promise<void>;
  /** Adds an amount, unless the sum would pass the limit. */
  take(brandId: BrandId, amount: number, limit: number): boolean;
}

function openMeter(
  read: (scope: BrandScope) => Promise<number>,
  freshMs: number,
  clock: () => number,
): Meter {
  const readings = new Map<BrandId, Reading>();
  const running = new Map<BrandId, Promise<void>>();

  async function measureNow(scope: BrandScope): Promise<void> {
    const start = clock();
    const before = readings.get(scope.brandId)?.added ?? 0;
    const measured = await read(scope).catch(() => undefined);
    const now = clock();
    const last = readings.get(scope.brandId);
    // What was added during the measurement may be missing in it.
    const added = (last?.added ?? before) - (measured === undefined ? 0 : before);
    readings.delete(scope.brandId);
    readings.set(scope.brandId, {
      measured: measured ?? last?.measured ?? 0,
      added,
      until: now + Math.max(freshMs, restFactor * (now - start)),
    });
    const oldest = readings.size > capacity ? readings.keys().next().value : undefined;
    if (oldest !== undefined) readings.delete(oldest);
  }

  return {
    isKnown: (brandId) => readings.has(brandId),
    isFresh: (brandId) => (readings.get(brandId)?.until ?? 0) > clock(),
    measure(scope) {
      const known = running.get(scope.brandId);
      if (known) return known;
      const work = measureNow(scope).finally(() => running.delete(scope.brandId));
      running.set(scope.brandId, work);
      return work;
    },
    take(brandId, amount, limit) {
      const reading = readings.get(brandId);
      if (!reading) return true;
      if (reading.measured + reading.added + amount > limit) return false;
      reading.added += amount;
      return true;
    },
  };
}
