import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** A text that never changes while the process runs, stored compressed. */
export interface PackedFile {
  readonly type: string;
  readonly gzipped: Buffer;
  readonly etag: string;
}

export async function packFile(type: string, text: string): Promise<PackedFile> {
  const digest = createHash('sha256').update(text).digest('base64url').slice(0, 27);
  return { type, gzipped: await promisify(gzip)(text), etag: `"${digest}"` };
}

/** Answers with the file, compressed if the client accepts gzip, or with 304 if the client already has it. */
export async function sendFile(
  request: FastifyRequest,
  reply: FastifyReply,
  { type, gzipped, etag }: PackedFile,
  cacheControl = 'no-cache',
): Promise<FastifyReply> {
  reply.header('cache-control', cacheControl).header('etag', etag).header('vary', 'Accept-Encoding');
  const known = (request.headers['if-none-match'] ?? '')
    .split(',')
    .map((tag) => tag.trim().replace(/^W\//, ''));
  if (known.includes(etag)) return reply.code(304).send();
  reply.type(type);
  if (/\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/i.test(request.headers['accept-encoding'] ?? '')) {
    return reply.header('content-encoding', 'gzip').send(gzipped);
  }
  return reply.send(await promisify(gunzip)(gzipped));
}

/** Makes the value at the first call and keeps it. A failure is not kept. */
export function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | undefined;
  return () => {
    made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}

/** Of every page: no other site gets its address, its window or a frame with it. */
export const pageHeaders = {
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
} as const;
