import { meters } from '@/words';

/** Degrees, and the radius in metres that the phone gave. */
export type Place = { latitude: number; longitude: number; accuracy: number | null };
export type Sketch = ReturnType<typeof sketch>;

type Point = { x: number; y: number };

const metresPerDegree = 111_195;
/** From the middle to where things still are wholly in the picture, in pixels. */
const [reachX, reachY] = [116, 50];
const finest = 0.5;
const fewest = 3;
const winds = ['utara', 'timur laut', 'timur', 'tenggara', 'selatan', 'barat daya', 'barat', 'barat laut'];

/**
 * One or two places (in, out) to scale, among those where the same person was on other days: no tile server is told where
 * anybody is. North is up; a square of the grid is what the scale says.
 */
export function sketch(places: Place[], before: [number, number][]) {
  const first = places[0]!;
  const flat = ([latitude, longitude]: [number, number]): Point => ({
    x: (longitude - first.longitude) * metresPerDegree * Math.cos((first.latitude * Math.PI) / 180),
    y: -(latitude - first.latitude) * metresPerDegree,
  });
  const points = places.map(({ latitude, longitude }) => flat([latitude, longitude]));
  const usual = before.length < fewest ? null : flat([median(before.map(([latitude]) => latitude)), median(before.map(([, longitude]) => longitude))]);
  const middle = { x: (points[0]!.x + points.at(-1)!.x) / 2, y: (points[0]!.y + points.at(-1)!.y) / 2 };
  const scale = Math.max(
    finest,
    ...places.map(({ accuracy }) => (accuracy ?? 0) / reachY),
    ...[...points, ...(usual ? [usual] : [])].flatMap(({ x, y }) => [Math.abs(x - middle.x) / reachX, Math.abs(y - middle.y) / reachY]),
  );
  const drawn = ({ x, y }: Point): Point => ({ x: round((x - middle.x) / scale), y: round((y - middle.y) / scale) });
  const unit = niceLength(70 * scale);
  const [from, to] = [drawn(points[0]!), drawn(points.at(-1)!)];
  const apart = Math.hypot(to.x - from.x, to.y - from.y) > 8;

  return {
    grid: grid(unit / scale),
    dots: before.map(flat).map(drawn).filter(({ x, y }) => Math.abs(x) < 700 && Math.abs(y) < 100).map(({ x, y }) => `M${x} ${y}h0`).join(''),
    rings: places.map(({ accuracy }, i) => accuracy === null ? '' : circle(drawn(points[i]!), Math.max(4, round(accuracy / scale)))).join(''),
    way: apart ? `M${from.x} ${from.y}L${to.x} ${to.y}` : '',
    pin: `translate(${from.x} ${from.y})`,
    end: apart ? `translate(${to.x} ${to.y})` : '',
    bar: `M12 -17v5h${round(unit / scale)}v-5`,
    unit: meters(unit),
    accuracy: first.accuracy === null ? '' : `±${meters(first.accuracy)}`,
    compared: usual === null ? '' : compare(usual, points[0]!, first.accuracy ?? 0),
  };
}

export const between = (a: Place, b: Place): number =>
  Math.hypot((a.latitude - b.latitude) * metresPerDegree, (a.longitude - b.longitude) * metresPerDegree * Math.cos((a.latitude * Math.PI) / 180));

function compare(usual: Point, here: Point, accuracy: number): string {
  const [x, y] = [here.x - usual.x, here.y - usual.y];
  const distance = Math.hypot(x, y);
  if (distance <= Math.max(75, accuracy)) return 'Di tempat yang biasa';
  const eighth = Math.round(Math.atan2(x, -y) / (Math.PI / 4));
  return `${meters(distance)} ke ${winds[(eighth + 8) % 8]} dari tempat yang biasa`;
}

/** The longest of 1, 2, 5, 10, 20 … metres that is not longer. */
export function niceLength(most: number): number {
  const power = 10 ** Math.floor(Math.log10(most));
  return [5, 2, 1].map((step) => step * power).find((length) => length <= most)!;
}

function grid(step: number): string {
  const lines = [];
  for (let at = step / 2; at < 700; at += step) lines.push(`M${round(at)} -100v200M${-round(at)} -100v200`, at < 100 ? `M-700 ${round(at)}h1400M-700 ${-round(at)}h1400` : '');
  return lines.join('');
}

const circle = ({ x, y }: Point, radius: number): string => `M${x - radius} ${y}a${radius} ${radius} 0 1 0 ${2 * radius} 0a${radius} ${radius} 0 1 0 ${-2 * radius} 0z`;
const round = (value: number): number => Math.round(value * 10) / 10;

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}
