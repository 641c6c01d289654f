import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, fetch } from 'undici';
import { person } from '../people.ts';

const clients = 4;

/** Creates customers until it is stopped. Resolves with the answers that were not 201. */
export function keepCreating(url: string, headers: Readonly<Record<string, string>>) {
  const failures: string[] = [];
  let created = 0;
  let going = true;
  const dispatcher = new Agent({ connect: { rejectUnauthorized: false } });
  const client = async () => {
    while (going) {
      const { ssn: _, ...body } = person();
      const answer = await fetch(`${url}/api/v0.1/customers`, {
        method: 'POST',
        headers: { ...headers, 'x-forwarded-proto': 'https' },
        body: JSON.stringify(body),
        dispatcher,
      }).then(
        async (got) => ({ status: got.status, text: await got.text() }),
        (error: Error) => ({ status: 0, text: String(error.cause ?? error) }),
      );
      if (answer.status === 201) created += 1;
      else failures.push(`${answer.status} ${answer.text.slice(0, 200)}`);
      await sleep(20);
    }
  };
  const ended = Promise.all(Array.from({ length: clients }, client));
  return {
    failures,
    get created() {
      return created;
    },
    async stop() {
      going = false;
      await ended;
      await dispatcher.close();
    },
  };
}
