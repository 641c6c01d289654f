import { Agent, request as open } from 'node:http';

/** One request as it goes out: headers as pairs, so that one name can come twice. */
export interface OutgoingRequest {
  readonly operationId: string;
  readonly method: string;
  /** With the prefix and the query. */
  readonly path: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string | undefined;
  /** Letters that stand in its values and that no refusal may show. */
  readonly marker: string;
  /** Whether the document allows no such request, so that it must be refused. */
  readonly mustFail: boolean;
}

export interface Received {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly text: string;
}

export class Sender {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 16 });
  readonly #url: URL;

  constructor(url: string) {
    this.#url = new URL(url);
  }

  async send(sent: OutgoingRequest): Promise<Received> {
    try {
      return await this.#once(sent);
    } catch (error) {
      // The server may close an idle connection just when it is used again; that is no answer.
      if ((error as { code?: string }).code !== 'ECONNRESET') throw error;
      return this.#once(sent);
    }
  }

  #once({ method, path, headers, body }: OutgoingRequest): Promise<Received> {
    const bytes = body === undefined ? undefined : Buffer.from(body);
    const flat: string[] = ['Host', this.#url.host];
    for (const [name, value] of headers) flat.push(name, value);
    if (bytes) flat.push('Content-Length', String(bytes.length));
    return new Promise((resolve, reject) => {
      const { hostname: host, port } = this.#url;
      const outgoing = open({ host, port, method, path, headers: flat, agent: this.#agent, timeout: 20_000 });
      outgoing.on('timeout', () => outgoing.destroy(new Error('No answer within 20 seconds.')));
      outgoing.on('error', reject);
      outgoing.on('response', (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('error', reject);
        incoming.on('end', () =>
          resolve({
            status: incoming.statusCode ?? 0,
            headers: new Map(
              Object.entries(incoming.headers).map(([name, value]) => [name, String(value)] as const),
            ),
            text: Buffer.concat(chunks).toString(),
          }),
        );
      });
      outgoing.end(bytes);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}
