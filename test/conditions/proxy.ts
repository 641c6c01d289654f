import { Agent, createServer, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A load balancer with kept connections: it asks each process for its readiness, and repeats no request. */
export interface Proxy {
  readonly url: string;
  close(): Promise<void>;
}

/** Milliseconds between two questions for the readiness of a process. */
const probeEveryMs = 100;

interface Backend {
  readonly port: number;
  readonly agent: Agent;
  ready: boolean;
}

export async function openProxy(ports: readonly number[]): Promise<Proxy> {
  const backends = ports.map(
    (port): Backend => ({ port, agent: new Agent({ keepAlive: true, maxFreeSockets: 64 }), ready: true }),
  );
  let turn = 0;
  let open = true;
  const next = (): Backend => {
    turn += 1;
    const ready = backends.filter((backend) => backend.ready);
    const some = ready.length > 0 ? ready : backends;
    return some[turn % some.length] as Backend;
  };
  const probes = backends.map(async (backend) => {
    while (open) {
      backend.ready = await fetch(`http://127.0.0.1:${backend.port}/readyz`).then(
        ({ ok }) => ok,
        () => false,
      );
      await sleep(probeEveryMs);
    }
  });
  const server = createServer((request, response) => {
    const { port, agent } = next();
    const { host: _, connection: __, ...headers } = request.headers;
    const onward = send({
      host: '127.0.0.1',
      port,
      agent,
      method: request.method,
      path: request.url,
      headers: { ...headers, host: 'localhost' },
    });
    onward.on('response', (answer) => {
      const { connection: _c, 'keep-alive': _k, 'transfer-encoding': _t, ...rest } = answer.headers;
      response.writeHead(answer.statusCode ?? 502, rest);
      answer.pipe(response);
      answer.on('error', () => response.destroy());
    });
    onward.on('error', (error) => {
      if (!response.headersSent) response.writeHead(502, { 'content-type': 'text/plain' }).end(String(error));
    });
    request.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      open = false;
      await Promise.all(probes);
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      for (const { agent } of backends) agent.destroy();
    },
  };
}
