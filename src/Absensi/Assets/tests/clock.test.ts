import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stepsToAllow } from '../../Features/Clock/permission';
import { describe, fixOf, judge } from '../../Features/Clock/position';
import { lateWords, minutesLate, ServerClock, wallText } from '../../Features/Clock/serverClock';

test('the clock is the server\'s, whatever the phone believes', () => {
  const phone = Date.parse('2031-01-01T00:00:00Z');
  const clock = new ServerClock('2026-11-22 07:58:03', 200, 1200, phone);
  assert.equal(wallText(clock.now(phone)), '2026-11-22 07:58:04');
  assert.equal(wallText(clock.now(phone + 60_000)), '2026-11-22 07:59:04');
});

test('a phone that slept or was set knows that it lost the time', () => {
  const clock = new ServerClock('2026-11-22 07:58:03', 0, 0, 1_000_000);
  assert.equal(clock.lost(5000, 1_005_000), false);
  assert.equal(clock.lost(5000, 1_000_000 + 3_600_000), true);
  assert.equal(clock.lost(5000, 900_000), true);
});

test('on the dot is on time, one second after is late', () => {
  assert.equal(minutesLate('2026-11-22 08:30:00', '08:30'), null);
  assert.equal(minutesLate('2026-11-22 08:30:01', '08:30'), 0);
  assert.equal(lateWords('2026-11-22 08:30:01', '08:30'), 'Terlambat kurang dari 1 menit (batas 08.30)');
  assert.equal(lateWords('2026-11-22 08:42:59', '08:30:00'), 'Terlambat 12 menit (batas 08.30)');
  assert.equal(lateWords('2026-11-22 10:30:00', '08:30'), 'Terlambat 2 jam (batas 08.30)');
  assert.equal(lateWords('2026-11-22 07:58:00', '08:30'), 'Tepat waktu (batas 08.30)');
});

test('a position is ready up to 100 m, beyond that it says so and still serves', () => {
  const fix = { latitude: -6.2, longitude: 106.8, accuracy: 12, at: 0 };
  assert.equal(describe(judge(fix)).text, 'Lokasi siap ±12 m');
  assert.equal(describe(judge({ ...fix, accuracy: 850 })).text, 'Lokasi kurang akurat ±850 m, tetap bisa absen');
  assert.equal(fixOf(judge({ ...fix, accuracy: 850 }), 1000)?.accuracy, 850);
});

test('a position a minute old is not sent', () => {
  const fix = { latitude: -6.2, longitude: 106.8, accuracy: 12, at: 0 };
  assert.equal(fixOf(judge(fix), 60_000), fix);
  assert.equal(fixOf(judge(fix), 60_001), null);
  assert.equal(fixOf({ is: 'denied' }, 0), null);
});

test('every browser gets its own steps, never more than three', () => {
  const agents = {
    iPhone: 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile/15E148 Safari/604.1',
    samsung: 'Mozilla/5.0 (Linux; Android 13; SM-A045F) AppleWebKit/537.36 SamsungBrowser/24.0 Chrome/117.0.0.0 Mobile Safari/537.36',
    chrome: 'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 Chrome/126.0.0.0 Mobile Safari/537.36',
    firefox: 'Mozilla/5.0 (Android 13; Mobile; rv:127.0) Gecko/127.0 Firefox/127.0',
    mac: 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/17.4 Safari/605.1.15',
    windows: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0.0.0 Safari/537.36',
  };
  const first = Object.values(agents).map((agent) => stepsToAllow(agent)[0]);
  assert.equal(new Set(first).size, first.length);
  for (const agent of Object.values(agents)) assert.ok(stepsToAllow(agent).length <= 3);
});
