import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** Seals a stream on its way to the disk and back. The key is only in the memory of this process. */
export interface ScratchSeal {
  seal(content: AsyncIterable<Uint8Array>): AsyncIterable<Buffer>;
  open(sealed: AsyncIterable<Uint8Array>): AsyncIterable<Buffer>;
}

/** For one stream: a second one under the same key would reveal both. Nothing proves that the bytes are unchanged. */
export function scratchSeal(): ScratchSeal {
  const key = randomBytes(32);
  const counter = randomBytes(16);
  return {
    seal: (content) => through(content, createCipheriv('aes-256-ctr', key, counter)),
    open: (sealed) => through(sealed, createDecipheriv('aes-256-ctr', key, counter)),
  };
}

async function* through(
  chunks: AsyncIterable<Uint8Array>,
  cipher: { update(bytes: Uint8Array): Buffer },
): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) yield cipher.update(chunk);
}
