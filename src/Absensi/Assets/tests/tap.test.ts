import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backoff } from '@/backoff';
import { expired, next, Outbox, type Tap, uuid, waitingTaps } from '../../Features/Clock/tap';

const tap = (key: string): Tap => ({ key, kind: 'masuk', pressedAt: '2026-11-22 07:58:03', latitude: -6.2, longitude: 106.8, accuracy: 12 });
const answer = (status: number | null, more = {}) => next({ status, attempt: 0, renewed: false, retryAfterMs: null, ...more }, () => 1);

function memory(): Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> {
  const items = new Map<string, string>();
  return {
    getItem: (name) => items.get(name) ?? null,
    setItem: (name, value) => void items.set(name, value),
    removeItem: (name) => void items.delete(name),
  };
}

test('a second press sends the first press again, not a new one', () => {
  const outbox = new Outbox(7, memory());
  assert.equal(outbox.put(tap('first')).key, 'first');
  assert.equal(outbox.put(tap('second')).key, 'first');
  assert.equal(outbox.read()?.key, 'first');
});

test('a tap survives a reload of the page with its key', () => {
  const storage = memory();
  new Outbox(7, storage).put(tap('first'));
  assert.equal(new Outbox(7, storage).read()?.key, 'first');
});

test('on a shared phone nobody sends somebody else\'s tap', () => {
  const storage = memory();
  new Outbox(7, storage).put(tap('of seven'));
  assert.equal(new Outbox(8, storage).read(), null);
});

test('the page without a network finds what waits, whoever\'s it is, and nothing else', () => {
  const items = new Map([['absensi.toast', 'x'], ['absensi.tap.7', JSON.stringify(tap('of seven'))], ['absensi.tap.8', JSON.stringify(tap('of eight'))]]);
  const storage = { length: items.size, key: (index: number) => [...items.keys()][index] ?? null, getItem: (name: string) => items.get(name) ?? null } as Storage;
  assert.deepEqual(waitingTaps(storage).map(({ key }) => key), ['of seven', 'of eight']);
});

test('without storage a tap still lives as long as the page', () => {
  const blocked = { getItem() { throw new Error('blocked'); }, setItem() { throw new Error('blocked'); }, removeItem() { throw new Error('blocked'); } };
  const outbox = new Outbox(7, blocked);
  outbox.put(tap('held'));
  assert.equal(outbox.read()?.key, 'held');
  outbox.clear();
  assert.equal(outbox.read(), null);
});

test('no network and a server that is away mean trying again with the same tap', () => {
  for (const status of [null, 429, 502, 503, 504]) assert.equal(answer(status).do, 'retry', String(status));
});

test('the server\'s Retry-After is never undercut', () => {
  assert.deepEqual(answer(503, { retryAfterMs: 9000 }), { do: 'retry', afterMs: 9000 });
  assert.deepEqual(answer(503, { retryAfterMs: 100 }), { do: 'retry', afterMs: 1000 });
});

test('an answer ends it, a refusal ends it, a fault leaves it to the person', () => {
  assert.equal(answer(200).do, 'done');
  for (const status of [400, 403, 422]) assert.equal(answer(status).do, 'refused', String(status));
  assert.equal(answer(500).do, 'pause');
});

test('a stale form token is renewed once, then the person decides', () => {
  assert.equal(answer(419).do, 'renew');
  assert.equal(answer(419, { renewed: true }).do, 'pause');
});

test('an ended session keeps the tap for after the login', () => assert.equal(answer(401).do, 'login'));

test('yesterday\'s tap is not sent today', () => {
  assert.equal(expired(tap('a'), '2026-11-22'), false);
  assert.equal(expired(tap('a'), '2026-11-23'), true);
});

test('waiting doubles up to half a minute and is spread over its upper half', () => {
  assert.deepEqual([0, 1, 2, 3, 4, 5, 6].map((attempt) => backoff(attempt, () => 1)), [1000, 2000, 4000, 8000, 16000, 30000, 30000]);
  assert.equal(backoff(2, () => 0), 2000);
});

test('keys are random UUIDs, version 4', () => {
  assert.match(uuid(), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.notEqual(uuid(), uuid());
});
