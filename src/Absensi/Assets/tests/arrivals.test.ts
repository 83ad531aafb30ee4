import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arrive, type Bucket, columns, line, peak, range } from '../../Features/Dashboard/arrivals';

const bucket = (minute: number, count: number, late = 0): Bucket => ({ minute, count, late });
const workStart = 8 * 60 + 30;

test('an arrival is counted in its five minutes, a late one also as late', () => {
  const once = arrive([], '2026-11-22 08:29:59', false);
  assert.deepEqual(once, [bucket(505, 1)]);
  assert.deepEqual(arrive(once, '2026-11-22 08:30:01', true), [bucket(505, 1), bucket(510, 1, 1)]);
  assert.deepEqual(arrive(once, '2026-11-22 08:25:00', false), [bucket(505, 2)]);
});

test('the picture is of the morning, and wider when somebody came at another time', () => {
  assert.deepEqual(range([], workStart), { from: 360, to: 660 });
  assert.deepEqual(range([bucket(1320, 1)], workStart), { from: 360, to: 1380 });
  assert.deepEqual(range([bucket(0, 1), bucket(1435, 1)], workStart), { from: 0, to: 1440 });
});

test('one person more than a month ago does not widen it', () => {
  assert.deepEqual(range([bucket(1320, 0.05)], workStart), { from: 360, to: 660 });
});

test('the highest column of a busy day reaches the top, of a quiet one it does not', () => {
  assert.equal(peak([bucket(480, 37)], []), 37);
  assert.equal(peak([bucket(480, 1)], []), 4);
  assert.match(columns([bucket(360, 10)], 360, 10, ({ count }) => count, () => 0), /v-100\.00/);
});

test('nothing to draw is an empty path', () => {
  assert.equal(columns([], 360, 4, ({ count }) => count, () => 0), '');
  assert.equal(line([], 360, 660, 4), '');
});
