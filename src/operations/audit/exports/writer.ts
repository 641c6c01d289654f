import type { CustomerId } from '../../../domain/ids.ts';
import type { TrailCheckpoint } from '../../../store/audit/trail.ts';
import { trailCheckpoints, trailEntries, trailReasons } from '../../../store/audit/trail.ts';
import type { BrandScope } from '../../../store/scope.ts';
import { isAboutRecord } from '../../../vault/vault.ts';
import { entryReasonSealContext } from '../../journal.ts';
import { readSealed } from '../../keyrings.ts';
import type { System } from '../../system.ts';
import type { StoredEntry } from '../file.ts';
import { BrokenTrail, ExportFile } from '../file.ts';
import type { Span, TrailRange } from './span.ts';
import { batch } from './span.ts';

/** Receives a piece of an export, and resolves when it is ready for the next. */
export type TextSink = (text: string) => Promise<void>;

/** An entry of an export, verified. */
export interface ShownEntry extends StoredEntry {
  /** `null`: there was one, and it is gone. */
  readonly reason: string | null | undefined;
}

/** A form to read, made by the caller. Nothing in it is signed. */
export interface TrailTable {
  readonly head: string;
  rows(entries: readonly ShownEntry[]): string;
}

export interface AuditExport {
  readonly range?: TrailRange;
  /** Only the entries about this customer. They are not consecutive, so they have no checkpoints. */
  readonly customerId?: CustomerId | undefined;
  /** Opens the sealed reasons, and writes each beside its entry. */
  readonly withReasons?: boolean | undefined;
  /** Instead of signed lines. */
  readonly table?: TrailTable | undefined;
}

export interface ExportedTrail {
  readonly from: number;
  readonly to: number;
  /** How many entries and how many reasons were written. */
  readonly entries: number;
  readonly reasons: number;
  /** The last entry of the trail. */
  readonly trailEnd: number;
  /** The public key that signed the closing line, if there is one. */
  readonly key: string | undefined;
}

/** Writes a span of the trail piece by piece. Every entry of it is followed, also those that are not written. */
export class TrailWriter {
  readonly #system: System;
  readonly #scope: BrandScope;
  readonly #request: AuditExport;
  readonly #span: Span;
  readonly #file: ExportFile;
  #entries = 0;
  #reasons = 0;

  constructor(system: System, scope: BrandScope, request: AuditExport, span: Span) {
    this.#system = system;
    this.#scope = scope;
    this.#request = request;
    this.#span = span;
    const { from, previous } = span;
    this.#file = new ExportFile({ brand: scope.brandId, from, previous }, system.vault.signer);
  }

  async write(sink: TextSink, trailEnd: number, progress: (done: number) => void): Promise<ExportedTrail> {
    const { from, to, hash } = this.#span;
    const put = async (text: string) => {
      if (text !== '') await sink(text);
    };
    await put(this.#head());
    while (this.#file.number < to) {
      await put(await this.#next());
      progress(this.#file.number - from + 1);
    }
    if (this.#file.hash !== hash)
      throw new BrokenTrail(`Entry ${to} of the audit trail is not the one that ended it.`);
    const { now, vault } = this.#system;
    const isSigned = this.#request.table === undefined;
    if (isSigned) await put(this.#file.end(now(), trailEnd > to ? trailEnd : undefined));
    const key = isSigned ? vault.signer.key : undefined;
    return { from, to, entries: this.#entries, reasons: this.#reasons, trailEnd, key };
  }

  #head(): string {
    const { table, customerId } = this.#request;
    if (table) return table.head;
    return customerId === undefined ? '' : this.#file.selection(customerId, this.#span.to);
  }

  async #next(): Promise<string> {
    const after = this.#file.number;
    const upTo = Math.min(after + batch, this.#span.to);
    const [entries, checkpoints, sealed] = await Promise.all([
      trailEntries(this.#scope, after, upTo, batch),
      trailCheckpoints(this.#scope, after, upTo),
      this.#request.withReasons ? trailReasons(this.#scope, after, upTo) : new Map<number, string>(),
    ]);
    const signed = new Map(checkpoints.map((checkpoint) => [checkpoint.number, checkpoint]));
    const rows: ShownEntry[] = [];
    let lines = '';
    for (const entry of entries) {
      lines += await this.#entry(entry, sealed.get(entry.number), rows);
      const checkpoint = signed.get(entry.number);
      if (checkpoint) lines += this.#checkpoint(checkpoint);
    }
    const { number } = this.#file;
    if (number !== upTo) throw new BrokenTrail(`Entry ${number + 1} of the audit trail is missing.`);
    return this.#request.table?.rows(rows) ?? lines;
  }

  /** The lines of an entry. In a table it becomes a row instead. */
  async #entry(entry: StoredEntry, sealed: string | undefined, rows: ShownEntry[]): Promise<string> {
    const { customerId, table, withReasons } = this.#request;
    const isShown = customerId === undefined || entry.customerId === customerId;
    const line = isShown && !table ? this.#file.entry(entry) : '';
    if (line === '') this.#file.follow(entry);
    if (!isShown) return '';
    this.#entries += 1;
    const reason = withReasons ? await reasonOf(this.#system, this.#scope, entry, sealed) : undefined;
    if (typeof reason === 'string') this.#reasons += 1;
    if (table) rows.push({ ...entry, reason });
    return table || reason === undefined ? line : line + this.#file.reason(reason);
  }

  #checkpoint({ signature, ...checkpoint }: TrailCheckpoint): string {
    const { customerId, table } = this.#request;
    if (customerId === undefined && !table) return this.#file.checkpoint(checkpoint, signature);
    this.#file.requireFits(checkpoint);
    return '';
  }
}

/** The reason of an entry, which was sealed for exactly this body. */
async function reasonOf(
  { keyrings }: System,
  { brandId }: BrandScope,
  { number, body }: StoredEntry,
  sealed: string | undefined,
): Promise<string | null | undefined> {
  // Quotes inside of values are escaped, so this is found only as a member.
  if (sealed === undefined) return body.includes('"has_reason":true') ? null : undefined;
  try {
    return await readSealed(keyrings, await keyrings.of(brandId), entryReasonSealContext(body), sealed);
  } catch (error) {
    if (!isAboutRecord(error)) throw error;
    throw new BrokenTrail(`The reason of entry ${number} of the audit trail was changed.`);
  }
}
