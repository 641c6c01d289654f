import type { Logger } from 'pino';
import { AggregatorRegistry, Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { describeFault } from '../domain/fault.ts';
import { securityEvents } from '../domain/security-events.ts';
import { lacksRootVersion } from '../operations/keyrings.ts';
import type { SecurityLog } from '../operations/security-log.ts';
import type { Correlation } from './headers.ts';
import type { InstallationSource } from './installation-metrics.ts';
import { openInstallationMetrics } from './installation-metrics.ts';

/**
 * Every fact that is logged or counted of a request. It contains nothing from the client except the matched route and
 * well-formed ids.
 */
export interface Observation {
  readonly requestId: string;
  /** The operation, or the route if it is not one of the API. */
  readonly operation: string;
  readonly method: string;
  readonly status: number;
  readonly milliseconds: number;
  readonly brandId: string | undefined;
  readonly identity: string | undefined;
  readonly correlation?: Correlation;
}

export interface Observer {
  request(seen: Observation): void;
  /** Logs a fault of the service by its kind and place, never by its message, which may quote data. */
  fault(requestId: string, operation: string, error: unknown): void;
  /** The database was not available for a request. Logs the cause by its code, at most once a minute for each. */
  unavailable(requestId: string, operation: string, cause: unknown): void;
  /** A person could not sign in at the provider of identities; `why` says what was wrong, and nothing of the person. */
  providerFailed(requestId: string, operation: string, why: string): void;
  /** A stored record was altered outside of this service; `what` names it by its ids. */
  recordAltered(requestId: string, operation: string, what: string): void;
  /** Connections that were open at the end of a stop were cut off. */
  connectionsCut(connections: number): void;
  /** A round of a background task has ended. */
  taskRan(task: string, succeeded: boolean): void;
  /** A round of a background task failed, or one item of a round. */
  taskFailed(task: string): void;
  /** Logs failures of one kind of a background task by kind and place, with their number. */
  taskFault(task: string, error: unknown, failures: number): void;
  /** The rotation of a brand's key has come this far. */
  rotated(kind: 'brand' | 'index', done: number, total: number): void;
  /** Every metric, for Prometheus. Answers for all processes of a cluster. */
  metrics(): Promise<string>;
  /** What this process counts, for the process of its cluster that answers. */
  ownMetrics(): Promise<ProcessMetrics>;
}

/** The metrics of one process, as they travel to another. */
export type ProcessMetrics = Awaited<ReturnType<Registry['getMetricsAsJSON']>>;

/** The metrics of several processes, added up. */
export const sumOf = (metrics: ProcessMetrics[]): Promise<ProcessMetrics> =>
  AggregatorRegistry.aggregate(metrics).getMetricsAsJSON();

/** The use of the database's connections, for the metrics. */
export interface PoolUsage {
  readonly total: number;
  readonly idle: number;
  readonly waiting: number;
}

export interface ObserverParts extends InstallationSource {
  readonly logger: Logger;
  readonly pool: () => PoolUsage;
  readonly security: Pick<SecurityLog, 'usage'>;
  /** The metrics of the other processes of a cluster, as far as they answer. Told those of this one. */
  readonly others?: (own: ProcessMetrics) => Promise<readonly ProcessMetrics[]>;
}

/** Writes metrics and the log from an allow-list: a field that is not named here cannot be written. */
export function openObserver(parts: ObserverParts): Observer {
  const { logger, pool, security, others = async () => [] } = parts;
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const installation = openInstallationMetrics(parts);
  new Gauge({
    name: 'clientele_processes',
    help: 'Processes that answered this reading of the metrics.',
    registers: [registry],
  }).set(1);
  const { requests, faults, altered, unavailable } = requestMetrics(registry);
  const outagesLogged = new Map<string, number>();
  addPoolMetrics(registry, pool);
  addSecurityMetrics(registry, security);
  const tasks = taskMetrics(registry);
  const series = new Map<string, { observe(seconds: number): void }>();

  return {
    request(seen) {
      const name = `${seen.operation} ${seen.status}`;
      const one = series.get(name) ?? requests.labels(seen.operation, String(seen.status));
      series.set(name, one);
      one.observe(seen.milliseconds / 1000);
      // A 408 is the client's slowness.
      const isSlow = seen.milliseconds >= slowMs && seen.status !== 408;
      logger[isSlow ? 'warn' : 'info']({
        request_id: seen.requestId,
        operation: seen.operation,
        method: seen.method,
        status: seen.status,
        ms: Math.round(seen.milliseconds * 100) / 100,
        brand_id: seen.brandId,
        identity: seen.identity,
        trace_id: seen.correlation?.traceId,
        parent_span_id: seen.correlation?.parentSpanId,
        client_request_id: seen.correlation?.clientRequestId,
        slow: isSlow || undefined,
      });
    },
    fault(requestId, operation, error) {
      faults.inc({ operation });
      logger.error({ request_id: requestId, operation, ...describeFault(error) }, 'fault');
    },
    unavailable(requestId, operation, cause) {
      const reason = outageReason(cause);
      unavailable.inc({ reason });
      const lastLogged = outagesLogged.get(reason);
      if (lastLogged !== undefined && performance.now() - lastLogged < outageQuietMs) return;
      outagesLogged.set(reason, performance.now());
      const what = reason === lackingRootKey ? 'root key version not available' : 'database not available';
      logger.warn({ request_id: requestId, operation, reason, next_step: nextSteps[reason] }, what);
    },
    providerFailed(requestId, operation, why) {
      logger.warn({ request_id: requestId, operation, reason: why }, 'sign-in at the provider failed');
    },
    recordAltered(requestId, operation, what) {
      altered.inc();
      logger.error(
        { request_id: requestId, operation, alarm: 'record_altered', record: what },
        'record altered',
      );
    },
    connectionsCut(connections) {
      logger.warn({ connections }, 'connections cut off at the end of the stop');
    },
    taskRan: tasks.ran,
    taskFailed: tasks.failed,
    taskFault(task, error, failures) {
      logger.error({ task, failures, ...describeFault(error) }, 'background task failed');
    },
    rotated: tasks.rotated,
    async metrics() {
      const own = await registry.getMetricsAsJSON();
      const [peers, shared] = await Promise.all([others(own), installation.text()]);
      return `${await AggregatorRegistry.aggregate([own, ...peers]).metrics()}${shared}`;
    },
    ownMetrics: () => registry.getMetricsAsJSON(),
  };
}

/** Milliseconds after which a request is logged as slow. */
const slowMs = 1_000;

/** Milliseconds for which outages of a kind that was logged are only counted. */
const outageQuietMs = 60_000;

/** This machine lacks a version of the root key. */
const lackingRootKey = 'root_key_version';
const nextSteps: Readonly<Record<string, string>> = {
  '53100': 'Free space on the disk of the database.',
  [lackingRootKey]: 'Bring the root key with all of its versions to this machine (docs/rotation.md).',
};

/** PostgreSQL's or the network's code of an outage, or `root_key_version`. `silence`: there was no answer. */
function outageReason(cause: unknown): string {
  if (lacksRootVersion(cause)) return lackingRootKey;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'silence';
  return /^[A-Z0-9_]{3,20}$/.test(code) ? code : 'silence';
}

/** What the metrics show of requests. */
function requestMetrics(registry: Registry) {
  const registers = [registry];
  const requests = new Histogram({
    name: 'clientele_request_duration_seconds',
    help: 'Time from the first byte of a request to the last of its answer.',
    labelNames: ['operation', 'status'] as const,
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  });
  const faults = new Counter({
    name: 'clientele_faults_total',
    help: 'Requests that ended in a fault of the service.',
    labelNames: ['operation'] as const,
    registers,
  });
  const altered = new Counter({
    name: 'clientele_altered_records_total',
    help: 'Requests that met a stored record which this service did not write. Any other number than 0 is an alarm.',
    registers,
  });
  const unavailable = new Counter({
    name: 'clientele_unavailable_total',
    help: 'Requests that found the database not available, by its error code (SQLSTATE); 53100 is a full disk.',
    labelNames: ['reason'] as const,
    registers,
  });
  // Alerts on an increase need the series before its first event.
  unavailable.inc({ reason: '53100' }, 0);
  return { requests, faults, altered, unavailable };
}

function addPoolMetrics(registry: Registry, pool: () => PoolUsage): void {
  new Gauge({
    name: 'clientele_database_connections',
    help: 'Connections for changes, by what they do; waiting counts statements that queue for one.',
    labelNames: ['state'] as const,
    registers: [registry],
    collect() {
      for (const [state, count] of Object.entries(pool())) this.set({ state }, count);
    },
  });
}

/** What the metrics show of security events and of their way to the push targets. */
function addSecurityMetrics(registry: Registry, security: Pick<SecurityLog, 'usage'>): void {
  const registers = [registry];
  new Counter({
    name: 'clientele_security_events_total',
    help: 'Security events.',
    labelNames: ['event'] as const,
    registers,
    collect() {
      this.reset();
      const { events } = security.usage();
      // Alerts on a rate need the series before its first event.
      for (const event of Object.keys(securityEvents) as (keyof typeof securityEvents)[])
        this.inc({ event }, events.get(event) ?? 0);
    },
  });
  new Gauge({
    name: 'clientele_security_spool_bytes',
    help: 'Security events that wait for their delivery to a push target.',
    labelNames: ['target'] as const,
    registers,
    collect() {
      for (const { target, spooledBytes } of security.usage().targets) this.set({ target }, spooledBytes);
    },
  });
  new Counter({
    name: 'clientele_security_dropped_total',
    help: 'Security events that a full spool lost on their way to a push target.',
    labelNames: ['target'] as const,
    registers,
    collect() {
      this.reset();
      for (const { target, dropped } of security.usage().targets) this.inc({ target }, dropped);
    },
  });
}

/** The metrics of background work. */
function taskMetrics(registry: Registry) {
  const labelNames = ['task'] as const;
  const registers = [registry];
  const runs = new Counter({
    name: 'clientele_background_runs_total',
    help: 'Rounds of background work.',
    labelNames,
    registers,
  });
  const failures = new Counter({
    name: 'clientele_background_failures_total',
    help: 'Failures of background work: rounds, and single pieces of work within them.',
    labelNames,
    registers,
  });
  const lastSuccess = new Gauge({
    name: 'clientele_background_last_success_timestamp_seconds',
    help: 'When a round of background work last ended without a failure.',
    labelNames,
    registers,
    aggregator: 'max',
  });
  const rotation = new Gauge({
    name: 'clientele_rotation_records',
    help: 'Records of the rotation of a brand that runs now, or that ran last: those that are done, and all.',
    labelNames: ['kind', 'state'] as const,
    registers,
  });
  return {
    ran(task: string, succeeded: boolean): void {
      runs.inc({ task });
      // Alerts on a rate need the series to exist before its first failure.
      failures.inc({ task }, 0);
      if (succeeded) lastSuccess.setToCurrentTime({ task });
    },
    failed: (task: string): void => failures.inc({ task }),
    rotated(kind: 'brand' | 'index', done: number, total: number): void {
      rotation.set({ kind, state: 'done' }, done);
      rotation.set({ kind, state: 'all' }, total);
    },
  };
}
