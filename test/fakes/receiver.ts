import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { portOf } from './internet.ts';

/** A receiver of webhooks: it stores the requests, and answers as a test says. */
export interface Receiver {
  readonly url: string;
  /** Everything that arrived, in order, whatever was answered to it. */
  readonly arrived: readonly Arrival[];
  /** What was taken: answered with a yes. */
  readonly taken: readonly Arrival[];
  /** How it answers from now on; without one, 200. */
  answer(how: Answering | undefined): void;
  close(): Promise<void>;
}

export interface Arrival {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  // biome-ignore lint/suspicious/noExplicitAny: what tests look at is what is being tested.
  readonly json: any;
}

/** Answers by itself, or says which status. */
export type Answering = (arrival: Arrival, response: ServerResponse) => number | undefined;

export async function openReceiver(): Promise<Receiver> {
  const arrived: Arrival[] = [];
  const taken: Arrival[] = [];
  let answering: Answering = () => 200;
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const arrival = { headers: request.headers, body, at: Date.now(), json: JSON.parse(body) };
    arrived.push(arrival);
    const status = answering(arrival, response);
    if (status === undefined) return;
    if (status < 300) taken.push(arrival);
    response.writeHead(status).end(status < 300 ? 'ok' : 'no');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${portOf(server)}/hooks`,
    arrived,
    taken,
    answer(how) {
      answering = how ?? (() => 200);
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
