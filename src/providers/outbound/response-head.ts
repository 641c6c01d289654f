import type { Socket } from 'node:net';

/**
 * The largest response head that is read, in bytes. undici applies it to the header fields of one response;
 * this file applies it to what it buffers, and to all interim responses before one final response.
 */
export const maxHeadBytes = 65_536;

/**
 * A kept connection ended after a request was written and before any byte of its response. Most likely the remote closed
 * it at that moment, as it may at any time, and has not read the request.
 */
export class ClosedWhileKept extends Error {}

/**
 * Lets undici read two valid forms of a response that it refuses:
 *
 * - `100 Continue` that was not asked for. RFC 9110, section 15.2: a client must parse interim responses. undici
 * closes the connection at 100 and has no option for it. All interim responses are removed here, except 101, which
 * changes the protocol.
 * - `Content-Length` repeated with one value. RFC 9110, section 8.6: the value may be used once.
 *
 * Everything else reaches undici unchanged, and undici judges it; only the error of a connection that ended as
 * `ClosedWhileKept` says is replaced by that. The heads are rewritten where the bytes arrive,
 * in `push`, because the parser of undici has no hook. Each `write` before a response means that a response head
 * comes next. That holds because undici writes a request with a string or buffer as its body in one turn of the
 * event loop, and with `pipelining: 1` writes none before the previous response is complete.
 */
export function acceptValidHeads(socket: Socket): Socket {
  const write = socket.write.bind(socket) as (...args: unknown[]) => boolean;
  const push = socket.push.bind(socket);
  const destroy = socket.destroy.bind(socket);
  let reader: HeadReader | undefined;
  /** Whether an earlier request of this connection was answered, and no byte has come since the latest one was sent. */
  let isKept = false;
  let isAnswered = false;
  socket.write = (...args: unknown[]) => {
    isKept = isAnswered;
    reader ??= new HeadReader();
    return write(...args);
  };
  socket.destroy = (error?: Error) => destroy(error && isKept ? new ClosedWhileKept() : error);
  socket.push = (chunk: Buffer | null, encoding?: BufferEncoding) => {
    if (chunk !== null) isKept = false;
    if (chunk !== null) isAnswered = true;
    if (reader === undefined || reader.isDone) {
      reader = undefined;
      return push(chunk, encoding);
    }
    const ready = chunk === null ? reader.rest() : reader.read(chunk);
    if (reader.isDone) reader = undefined;
    const wantsMore = ready.length === 0 || push(ready);
    return chunk === null ? push(null) : wantsMore;
  };
  return socket;
}

const interim = /^HTTP\/1\.[01] 1(?!01)[0-9]{2}[ \r]/;
const headEnd = '\r\n\r\n';
/** An empty line, also where lines end without CR. undici refuses those at once, so they are not waited for. */
const emptyLine = /\n\r?\n/;

/** Buffers the bytes of one response until its final head is complete. */
class HeadReader {
  isDone = false;
  private held: Buffer = Buffer.alloc(0);
  private interimBytes = 0;

  /** The bytes to parse: none while the head is incomplete. */
  read(chunk: Buffer): Buffer {
    this.held = Buffer.concat([this.held, chunk]);
    for (;;) {
      const end = emptyLine.exec(this.held.toString('latin1', 0, maxHeadBytes));
      const size = end ? end.index + end[0].length : this.held.length;
      if (!this.isHttp() || this.interimBytes + size > maxHeadBytes) return this.rest();
      if (!end) return Buffer.alloc(0);
      const head = this.held.toString('latin1', 0, size);
      if (!head.endsWith(headEnd)) return this.rest();
      const after = this.held.subarray(size);
      if (!interim.test(head)) {
        this.held = Buffer.concat([Buffer.from(withOneLength(head), 'latin1'), after]);
        return this.rest();
      }
      this.interimBytes += size;
      this.held = after;
    }
  }

  /** The remaining bytes, unchanged. */
  rest(): Buffer {
    this.isDone = true;
    return this.held;
  }

  /** Other protocols are passed on at once, so that the call fails at once. */
  private isHttp(): boolean {
    const start = 'HTTP/1.';
    return start.startsWith(this.held.toString('latin1', 0, start.length));
  }
}

const lengthField = /\r\ncontent-length:([^\r\n]*)(?=\r\n)/gi;

/** A head with repeated equal lengths reduced to one. Different lengths stay, and undici refuses them. */
function withOneLength(head: string): string {
  const values = [...head.matchAll(lengthField)].flatMap(([, value = '']) => value.split(','));
  const [first = '', ...others] = values.map((value) => value.trim());
  if (others.length === 0 || !/^[0-9]+$/.test(first)) return head;
  if (others.some((other) => other !== first)) return head;
  return head.replace(lengthField, '').replace(headEnd, `\r\nContent-Length: ${first}${headEnd}`);
}
