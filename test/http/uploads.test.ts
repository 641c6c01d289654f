import { EventEmitter, once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { apiPrefix } from '../../src/contract/table.ts';
import { maxDocumentsBodyBytes } from '../../src/domain/kyc/documents.ts';
import type { BodyPace } from '../../src/http/connections/body-watch.ts';
import { acceptBody, bodyPace, isLate, mostAccepted } from '../../src/http/connections/body-watch.ts';
import { person } from '../people.ts';
import type { World } from '../world.ts';
import { openWorld } from '../world.ts';
import { requestHead } from './raw-socket.ts';

/** How fast a body has to arrive. */

describe('a steady line', () => {
  /** Whether a body of so many bytes is cut off at such a rate, looked at once a second. */
  function isCut(bytes: number, bytesPerSecond: number, accepted: number): boolean {
    for (let second = 1; second * bytesPerSecond < bytes; second += 1) {
      const progress = {
        elapsedMs: second * 1_000,
        silentMs: 0,
        received: second * bytesPerSecond,
        accepted,
      };
      if (isLate(progress, bodyPace)) return true;
    }
    return false;
  }

  test.each([
    ['8 MB at 600 kB/s', 8e6, 600_000],
    ['the largest documents at 600 kB/s', maxDocumentsBodyBytes, 600_000],
    ['the largest documents at 1 Mbit/s', maxDocumentsBodyBytes, 125_000],
  ])('is fast enough: %s', (_name, bytes, rate) => {
    expect(isCut(bytes, rate, maxDocumentsBodyBytes)).toBe(false);
  });

  test.each([
    ['a byte a second', 1_000, 1, maxDocumentsBodyBytes],
    ['half of what every line carries', maxDocumentsBodyBytes, 50_000, maxDocumentsBodyBytes],
    ['64 KiB at 4 kB/s', 64 * 1024, 4_000, 64 * 1024],
    ['a body that ends beyond what the operation accepts', 1e9, 600_000, maxDocumentsBodyBytes],
    ['a body of a caller who may not send one', 1e9, 600_000, 0],
  ])('is cut off: %s', (_name, bytes, rate, accepted) => {
    expect(isCut(bytes, rate, accepted)).toBe(true);
  });

  test('gets extra time only while all bodies together fit into memory', () => {
    const request = () => new EventEmitter() as IncomingMessage;
    const most = Math.floor(mostAccepted / maxDocumentsBodyBytes);
    const uploads = Array.from({ length: most }, request);
    expect(uploads.map((one) => acceptBody(one, maxDocumentsBodyBytes))).not.toContain(false);
    expect(acceptBody(request(), maxDocumentsBodyBytes)).toBe(false);
    // A client that has left gives nothing back later, so nothing is counted for it.
    expect(acceptBody(Object.assign(request(), { destroyed: true }), 1)).toBe(false);
    uploads[0]?.emit('close');
    const next = request();
    expect(acceptBody(next, maxDocumentsBodyBytes)).toBe(true);
    for (const one of [...uploads, next]) one.emit('close');
  });

  test('that falls silent is cut off after 15 seconds, however much came before', () => {
    const progress = { elapsedMs: 20_000, received: 20e6, accepted: maxDocumentsBodyBytes };
    expect(isLate({ ...progress, silentMs: 14_000 }, bodyPace)).toBe(false);
    expect(isLate({ ...progress, silentMs: 15_001 }, bodyPace)).toBe(true);
  });
});

describe('the server', () => {
  const never = 3_600_000;
  let world: World;
  /** The tests change it while bodies arrive, so that none of them depends on how fast this machine is. */
  let pace: { -readonly [Name in keyof BodyPace]: BodyPace[Name] };
  let head: string;
  let isClosed: boolean;
  beforeEach(async () => {
    isClosed = false;
    pace = { graceMs: never, bytesPerSecond: 1, silenceMs: never, checkEveryMs: 10 };
    world = await openWorld({ apiOnly: true, bodyPace: pace });
    const { headers } = await world.brand();
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
    head = requestHead(
      `POST ${apiPrefix}/customers HTTP/1.1`,
      'Host: localhost',
      ...lines,
      'Content-Type: application/json',
      'Content-Length: 40000',
      'Expect: 100-continue',
    );
  });
  afterEach(async () => {
    if (!isClosed) await world.close();
  });

  /** Connects and sends the head and nearly all of a body. Resolves once the server has read it. */
  async function begin(): Promise<Socket> {
    const socket = connect(Number(new URL(world.url).port), '127.0.0.1');
    socket.write(head);
    await once(socket, 'data');
    socket.write(JSON.stringify(person()).padEnd(39_999));
    // A later request is answered after the server has read what was sent before.
    expect((await fetch(`${world.url}/livez`)).status).toBe(200);
    return socket;
  }

  const answerOn = async (socket: Socket) => String((await once(socket, 'data'))[0]);

  test('takes a body after the ordinary time if it has kept its pace', async () => {
    const socket = await begin();
    pace.graceMs = 0;
    await new Promise((resolve) => setTimeout(resolve, 200));
    socket.write(' ');
    expect(await answerOn(socket)).toMatch(/^HTTP\/1\.1 201 /);
    socket.destroy();
  });

  test.each([
    ['does not keep its pace', { graceMs: 0, bytesPerSecond: never * 1_000 }],
    ['stalls', { silenceMs: 0 }],
  ])('refuses a body that %s', async (_name, change) => {
    const socket = await begin();
    Object.assign(pace, change);
    const [headers = '', body = ''] = (await answerOn(socket)).split('\r\n\r\n');
    expect(headers).toMatch(/^HTTP\/1\.1 408 /);
    expect(headers).toContain('Connection: close');
    expect(JSON.parse(body).Code).toBe('request_timeout');
    socket.destroy();
  });

  test('gives no extra time to bodies while it stops, so that a large one does not delay the end', async () => {
    const socket = await begin();
    pace.graceMs = 0;
    const stopped = world.close();
    isClosed = true;
    expect(await answerOn(socket)).toMatch(/^HTTP\/1\.1 408 /);
    socket.destroy();
    await stopped;
  });

  test('closes without a second answer where the body of a refused request stalls', async () => {
    const socket = connect(Number(new URL(world.url).port), '127.0.0.1');
    socket.write(
      requestHead(`POST ${apiPrefix}/customers HTTP/1.1`, 'Host: localhost', 'Content-Length: 40000'),
    );
    expect(await answerOn(socket)).toMatch(/^HTTP\/1\.1 401 /);
    let more = '';
    socket.on('data', (bytes) => {
      more += bytes.toString();
    });
    pace.silenceMs = 0;
    await once(socket, 'close');
    expect(more).toBe('');
  });
});
