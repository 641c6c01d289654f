import type { IncomingHttpHeaders, RequestListener, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { Outbound } from '../../src/providers/outbound.ts';
import { openOutbound } from '../../src/providers/outbound.ts';
import { openInternet, portOf, publicAddress } from './internet.ts';

/** A receiver of webhooks: it stores the requests, and answers as a test says. */
export interface Receiver {
  readonly url: string;
  /** Everything that arrived besides challenges, in order, whatever was answered to it. */
  readonly arrived: readonly Arrival[];
  /** What was taken: answered with a yes. */
  readonly taken: readonly Arrival[];
  /** The challenges that arrived. */
  readonly challenges: readonly Arrival[];
  /** How it answers from now on; without one, 200. */
  answer(how: Answering | undefined): void;
  /** How it answers challenges from now on; without one, as it has to. */
  answerChallenges(how: Answering | undefined): void;
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

type Book = Omit<Receiver, 'url' | 'close'> & { readonly listener: RequestListener };

function openBook(): Book {
  const arrived: Arrival[] = [];
  const taken: Arrival[] = [];
  const challenges: Arrival[] = [];
  const proving: Answering = ({ json }, response) => void response.writeHead(200).end(json.challenge);
  let answering: Answering = () => 200;
  let answeringChallenges = proving;
  return {
    arrived,
    taken,
    challenges,
    async listener(request, response) {
      let body = '';
      for await (const chunk of request) body += chunk;
      const arrival = { headers: request.headers, body, at: Date.now(), json: JSON.parse(body) };
      const isChallenge = arrival.json.event === 'webhook.verify';
      (isChallenge ? challenges : arrived).push(arrival);
      const status = (isChallenge ? answeringChallenges : answering)(arrival, response);
      if (status === undefined) return;
      if (status < 300 && !isChallenge) taken.push(arrival);
      response.writeHead(status).end(status < 300 ? 'ok' : 'no');
    },
    answer(how) {
      answering = how ?? (() => 200);
    },
    answerChallenges(how) {
      answeringChallenges = how ?? proving;
    },
  };
}

export async function openReceiver(): Promise<Receiver> {
  const { listener, ...book } = openBook();
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    ...book,
    url: `http://127.0.0.1:${portOf(server)}/hooks`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A receiver on the public internet, and the client that reaches it there. */
export async function openPublicReceiver(): Promise<Receiver & { readonly outbound: Outbound }> {
  const { listener, ...book } = openBook();
  const internet = await openInternet(listener);
  internet.names.set('hooks.example.com', [publicAddress]);
  return {
    ...book,
    url: 'https://hooks.example.com/hooks',
    outbound: openOutbound({
      allow: [],
      timeoutMs: 10_000,
      maxResponseBytes: 1_024,
      lookup: internet.lookup,
      dial: internet.dial,
    }),
    close: internet.close,
  };
}
