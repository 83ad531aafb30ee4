import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AttendanceEvent, leavesGap, unseen } from '@/live/events';

const event = (id: number): AttendanceEvent => ({
  event_id: id,
  event: 'AbsensiCreated',
  data: {
    id, user_id: 1, user_name: 'Ahmad Rizki', type: 'in', timestamp: '2026-11-22 07:58:03',
    latitude: -6.2088, longitude: 106.8456, node_id: 'app-node-1', status: 'Hadir',
  },
});
const ids = (events: AttendanceEvent[]): number[] => events.map(({ event_id }) => event_id);

test('an event that was shown is not shown again', () => {
  const { last, fresh } = unseen(5, [event(4), event(5)]);
  assert.deepEqual(ids(fresh), []);
  assert.equal(last, 5);
});

test('a batch is shown in order whatever order it came in', () => {
  const { last, fresh } = unseen(5, [event(8), event(6), event(7)]);
  assert.deepEqual(ids(fresh), [6, 7, 8]);
  assert.equal(last, 8);
});

test('an event twice in one batch is shown once', () => {
  assert.deepEqual(ids(unseen(0, [event(1), event(1), event(2)]).fresh), [1, 2]);
});

test('polling and the socket may both bring an event; the second one changes nothing', () => {
  const polled = unseen(10, [event(11), event(12)]);
  const pushed = unseen(polled.last, [event(12)]);
  assert.deepEqual(ids(pushed.fresh), []);
  assert.equal(pushed.last, 12);
});

test('a jump in the numbers is a gap, the next number and an old one are not', () => {
  assert.equal(leavesGap(5, event(7)), true);
  assert.equal(leavesGap(5, event(6)), false);
  assert.equal(leavesGap(5, event(3)), false);
});
