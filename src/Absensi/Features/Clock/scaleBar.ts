import { meters } from '@/words';

/** The accuracy ring on the small map is drawn with this radius, whatever it stands for. */
export const ringRadius = 44;

/** The longest round distance that fits beside the ring, and its length on the map. */
export function scaleBar(accuracy: number): { text: string; end: number } {
  const perPixel = Math.max(1, accuracy) / ringRadius;
  const longest = 80 * perPixel;
  const power = 10 ** Math.floor(Math.log10(longest));
  const nice = [5, 2, 1].map((step) => step * power).find((value) => value <= longest) ?? power;
  return { text: meters(nice), end: 12 + nice / perPixel };
}
