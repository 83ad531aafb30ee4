import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AttendanceEvent } from '@/live/events';
import { journeyOf, merged, milliseconds, ScreenClock } from '../../Features/Topology/journey';
import { nodeBoxes, shared, staged } from '../../Features/Topology/boxes';
import { acted, headline, type Hop, type Member, Rates, redisOf, type View } from '../../Features/Topology/view';

const member = (node_id: string, changes: Partial<Member> = {}, hops: Hop[] = []): Member => ({
  node_id, name: node_id, role: 'node', seen_ago: 0, online: true, last_event_id: 7, queue: 0,
  report: { at: 0, clock_error: 300, database_took: 400, redis: null, requests: 0, hops }, ...changes,
});
const view = (changes: Partial<View> = {}): View => ({
  received: null, now: null, clock_error: null, by: 'satu', head: 7, database: 'Sqlite', uses_redis: false, has_realtime: false, members: [member('satu'), member('dua')], stage: null, ...changes,
});
const hop = (changes: Partial<Hop>): Hop => ({ id: 7, received: null, committed: null, read: null, rung: null, ...changes });
const arrival = (at: number) => ({ event: { event_id: 7 } as AttendanceEvent, at, servedBy: 'dua' });

test('the screen sets its clock by the answers and knows how far off it may be', () => {
  const clock = new ScreenClock();
  assert.equal(clock.at(0), null);
  clock.heard(view({ received: 1_000_000, now: 1_000_000, clock_error: 0 }), 90, 110);
  assert.equal(clock.at(100), 1_000_000);
  assert.equal(clock.error, 10_000);
  clock.heard(view({ received: 1_010_000, now: 1_010_000, clock_error: 0 }), 109, 111);
  assert.equal(clock.at(100), 1_000_000);
  assert.equal(clock.error, 1000);
});

test('a clock that was set is followed at once', () => {
  const clock = new ScreenClock();
  clock.heard(view({ received: 1_000_000, now: 1_000_000, clock_error: 0 }), 99, 101);
  clock.heard(view({ received: 9_000_000, now: 9_000_000, clock_error: 0 }), 199, 201);
  assert.equal(clock.at(200), 9_000_000);
});

test('a journey is put together from what each process says of its own part', () => {
  const clock = new ScreenClock();
  clock.heard(view({ received: 1_000_000, now: 1_000_000, clock_error: 0 }), 100, 100);
  const members = [
    member('satu', {}, [hop({ received: 1_000_000, committed: 1_003_000, read: 1_004_000, rung: true })]),
    member('dua', {}, [hop({ read: 1_033_000, rung: false })]),
  ];
  assert.deepEqual(journeyOf(arrival(135), members, clock), { saved: 3, bell: 30, screen: 2, total: 35, rung: false });
});

test('what nobody tells is unknown, and what was told stays known', () => {
  const clock = new ScreenClock();
  const nothing = journeyOf(arrival(135), [member('satu')], clock);
  assert.deepEqual(nothing, { saved: null, bell: null, screen: null, total: null, rung: null });
  const known = { saved: 3, bell: 30, screen: 2, total: 35, rung: true };
  assert.deepEqual(merged(known, nothing), known);
});

test('two clocks that disagree by less than they can tell never make a stretch shorter than nothing', () => {
  const members = [member('satu', {}, [hop({ received: 1000, committed: 2000 })]), member('dua', {}, [hop({ read: 1900 })])];
  assert.equal(journeyOf(arrival(0), members, new ScreenClock()).bell, 0);
});

test('requests a second are counted over what was told, from nothing again after a new start', () => {
  const rates = new Rates();
  const told = (at: number, requests: number) => rates.heard([member('satu', { report: { at: at * 1_000_000, clock_error: 0, database_took: 0, redis: null, requests, hops: [] } })]);
  assert.equal(rates.of('satu'), 0);
  told(1, 100);
  told(3, 120);
  told(3, 120);
  assert.equal(rates.of('satu'), 10);
  told(4, 2);
  assert.equal(rates.of('satu'), 0);
  told(5, 6);
  assert.equal(rates.of('satu'), 4);
});

test('the headline says what is wrong, the worst first', () => {
  assert.match(headline(view(), 'nothing').text, /^Semua hidup\. 2 node/);
  assert.match(headline(view({ members: [member('satu'), member('dua', { online: false })] }), 'nothing').text, /^dua tidak berdetak\. 1 node lain/);
  assert.match(headline(view({ members: [member('satu', { online: false })] }), 'database').text, /^Database tidak menjawab/);
  assert.match(headline(view({ uses_redis: true, members: [member('satu', { report: { ...member('satu').report!, redis: false } })] }), 'nothing').text, /^Redis tidak terhubung/);
});

test('Redis is as well as those who use it say', () => {
  const using = (...connected: boolean[]) => redisOf(view({ uses_redis: true, members: connected.map((redis, i) => member(`${i}`, { report: { ...member('').report!, redis } })) }));
  assert.equal(redisOf(view()), 'off');
  assert.equal(using(true, true), 'up');
  assert.equal(using(true, false), 'silent');
  assert.equal(using(false, false), 'down');
});

test('milliseconds are read at a glance', () => {
  assert.deepEqual([0.04, 3.16, 9.96, 31.4, 1250].map(milliseconds), ['0,0', '3,2', '10', '31', '1.250']);
  assert.equal(milliseconds(null), '–');
});

test('what the stage did is known before anybody misses it', () => {
  const stage = [{ name: 'dua', state: 'killed' as const, returns_in: 20 }];
  assert.match(headline(view({ stage }), 'nothing').text, /^dua tidak berdetak/);
  const box = nodeBoxes(view({ stage }), 'nothing', new Rates()).map((one) => staged(one, stage, 4.2, 'nothing'));
  assert.deepEqual(box.map(({ health, state, meaning }) => [health, state, meaning]), [['up', 'Melayani', ''], ['down', 'Dimatikan', 'Hidup lagi sendiri dalam 16 detik.']]);
  assert.deepEqual(box.map(({ cast }) => cast?.isAbsent), [undefined, true]);
});

test('those who serve share all requests between them', () => {
  const rates = new Rates();
  const counted = (at: number, ...requests: number[]) => rates.heard(['satu', 'dua', 'tiga'].map((id, i) => member(id, { report: { ...member(id).report!, at: at * 1_000_000, requests: requests[i]! } })));
  counted(1, 0, 0, 0);
  counted(3, 20, 20, 60);
  const members = ['satu', 'dua', 'tiga'].map((id) => member(id));
  const stage = [{ name: 'tiga', state: 'killed' as const, returns_in: 20 }];
  assert.deepEqual(shared(nodeBoxes(view({ members }), 'nothing', rates)).map(({ share }) => share), [20, 20, 60]);
  assert.deepEqual(shared(nodeBoxes(view({ members }), 'nothing', rates).map((box) => staged(box, stage, 0, 'nothing'))).map(({ share }) => share), [50, 50, null]);
});

test('an act that was answered shows at once, and the door stays closed on the screen although nobody can be asked', () => {
  const stage = acted([{ name: 'nginx', state: 'running', returns_in: null }, { name: 'redis', state: 'killed', returns_in: 9 }], 'nginx', 'kill', 2);
  assert.deepEqual(stage, [{ name: 'nginx', state: 'killed', returns_in: 20 }, { name: 'redis', state: 'killed', returns_in: 7 }]);
  assert.match(headline(view({ stage }), 'everything').text, /^Pintunya tertutup/);
  assert.match(headline(view(), 'everything').text, /^Belum ada node/);
});
