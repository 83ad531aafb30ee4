import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mapUrl } from '@/words';
import { between, niceLength, sketch } from '../../Features/Shared/sketch';

const office = { latitude: -6.2088, longitude: 106.8456, accuracy: 12 };
const north = (metres: number) => ({ ...office, latitude: office.latitude + metres / 111_195 });
const days = (...metres: number[]): [number, number][] => metres.map((m) => [north(m).latitude, office.longitude]);

test('a usual place is named, another is told by distance and direction', () => {
  assert.equal(sketch([office], days(3, -4, 8)).compared, 'Di tempat yang biasa');
  assert.equal(sketch([north(350)], days(0, 2, -2)).compared, '350 m ke utara dari tempat yang biasa');
  assert.equal(sketch([{ ...office, longitude: 106.8546 }], days(0, 2, -2)).compared, '995 m ke timur dari tempat yang biasa');
});

test('a phone that knows no better is not accused of having moved', () => {
  assert.equal(sketch([{ ...north(350), accuracy: 900 }], days(0, 2, -2)).compared, 'Di tempat yang biasa');
});

test('one odd day changes nothing, and two days are no habit', () => {
  assert.equal(sketch([office], days(2, 90_000, -2)).compared, 'Di tempat yang biasa');
  assert.equal(sketch([office], days(0, 2)).compared, '');
});

test('everything that counts is inside the picture, whatever the distance', () => {
  for (const metres of [0, 20, 900, 40_000, 9_000_000]) {
    const { pin, end } = sketch([office, north(metres)], []);
    for (const place of [pin, end || pin]) {
      const [x, y] = /\(([-\d.]+) ([-\d.]+)\)/.exec(place)!.slice(1).map(Number);
      assert.ok(Math.abs(x!) <= 116 && Math.abs(y!) <= 50, `${metres} m: ${place}`);
    }
  }
});

test('the bar is as long as it says', () => {
  const { bar, pin, end, unit } = sketch([office, north(100)], []);
  const pixels = Number(/h([\d.]+)/.exec(bar)![1]);
  const apart = Math.abs(Number(/ ([-\d.]+)\)/.exec(end)![1]) - Number(/ ([-\d.]+)\)/.exec(pin)![1]));
  assert.ok(Math.abs((parseInt(unit, 10) / pixels) * apart - 100) < 1);
  assert.deepEqual([3, 7, 10, 49, 99, 1999].map(niceLength), [2, 5, 10, 20, 50, 1000]);
});

test('two taps at one place are one pin', () => {
  assert.equal(sketch([office, north(1)], []).end, '');
  assert.equal(Math.round(between(office, north(35))), 35);
});

test('a link opens what the device has', () => {
  assert.equal(mapUrl(-6.2088, 106.8456, 'Mozilla/5.0 (Linux; Android 9)'), 'geo:-6.208800,106.845600?q=-6.208800,106.845600');
  assert.equal(mapUrl(-6.2088, 106.8456, 'Mozilla/5.0 (iPhone)'), 'https://maps.apple.com/?q=-6.208800,106.845600');
  assert.match(mapUrl(-6.2088, 106.8456, 'Mozilla/5.0 (X11; Linux)'), /^https:\/\/www\.openstreetmap\.org\/\?mlat=-6\.208800/);
});
