import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { AttemptOutcome } from '../../../src/domain/webhooks/delivery.ts';
import { openPlaces } from '../../../src/worker/places.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const at = (id: string, host = 'one:443') => ({ id, host });

/** One delivery after the other that takes so many milliseconds. */
function deliver(places: ReturnType<typeof openPlaces>, count: number, milliseconds: number, ended?: string) {
  for (let one = 0; one < count; one += 1) {
    const place = places.take(at('a'));
    vi.advanceTimersByTime(milliseconds);
    place.leave((ended ?? 'delivered') as AttemptOutcome);
    place.release();
  }
}

test('a receiver has eight places, and twenty-four while it answers quickly', () => {
  const places = openPlaces();
  expect(places.freeFor(at('a'), false).own).toBe(8);
  deliver(places, 5, 1);
  expect(places.freeFor(at('a'), false).own).toBe(8);
  deliver(places, 5, 1);
  expect(places.freeFor(at('a'), false).own).toBe(24);
  expect(places.freeFor(at('b'), false).own).toBe(8);
  deliver(places, 10, 250);
  expect(places.freeFor(at('a'), false).own).toBe(8);
});

test('a receiver that refuses is not quick, however soon it does', () => {
  const places = openPlaces();
  deliver(places, 20, 1);
  deliver(places, 1, 1, 'rejected');
  expect(places.freeFor(at('a'), false).own).toBe(8);
  deliver(openPlaces(), 20, 1, 'unreachable');
  expect(places.freeFor(at('a'), true).own).toBe(1);
});

test('a quick receiver leaves places at its host to another one', () => {
  const places = openPlaces();
  deliver(places, 20, 1);
  for (let { own } = places.freeFor(at('a'), false); own > 0; own -= 1) places.take(at('a'));
  expect(places.freeFor(at('a'), false)).toEqual({ own: 0, atHost: 8 });
  expect(places.freeFor(at('b'), false)).toEqual({ own: 8, atHost: 8 });
  expect(places.freeFor(at('c', 'two:443'), false).atHost).toBe(32);
});

test('an answer frees the place at the receiver, and no receiver has more than sixty-four results to be written', () => {
  const places = openPlaces();
  deliver(places, 20, 1);
  const unwritten = Array.from({ length: 64 }, () => {
    const place = places.take(at('a'));
    place.leave('delivered');
    place.leave('delivered');
    return place;
  });
  expect(places.freeFor(at('a'), false)).toEqual({ own: 0, atHost: 32 });
  expect(places.freeFor(at('b'), false).own).toBe(8);
  for (const place of unwritten.slice(0, 10)) place.release();
  expect(places.freeFor(at('a'), false).own).toBe(10);
});

test('failing receivers get one delivery each, until its result is written, and half of all places', () => {
  const places = openPlaces();
  const first = places.take(at('a'));
  expect(places.freeFor(at('a'), true).own).toBe(0);
  first.leave('rejected');
  expect(places.freeFor(at('a'), true).own).toBe(0);
  first.release();
  expect(places.freeFor(at('a'), true).own).toBe(1);
  for (let one = 0; one < 128; one += 1) places.take(at(`f${one}`, `h${one}`));
  expect(places.freeFor(at('a'), true).own).toBe(0);
  expect(places.freeFor(at('a'), false).own).toBe(8);
  for (let one = 0; one < 128; one += 1) places.take(at(`g${one}`, `h${one}`));
  expect(places.isFull()).toBe(true);
});

test('receivers that were quick and now hang leave half of all places to others', () => {
  const places = openPlaces();
  const quick = Array.from({ length: 12 }, (_, number) => at(`q${number}`, `h${number}`));
  for (const one of quick)
    for (let answer = 0; answer < 20; answer += 1) {
      const place = places.take(one);
      place.leave('delivered');
      place.release();
    }
  for (const one of quick) for (let { own } = places.freeFor(one, false); own > 0; own -= 1) places.take(one);
  for (const one of quick) expect(places.freeFor(one, false).own).toBeLessThanOrEqual(0);
  expect(places.isFull()).toBe(false);
  expect(places.freeFor(at('z', 'z:443'), false).own).toBe(8);
});
