const number = new Intl.NumberFormat('id-ID');
const decimal = new Intl.NumberFormat('id-ID', { maximumFractionDigits: 1 });

/** `2026-11-22 07:58:03` → `07.58` */
export const hourMinute = (timestamp: string | null): string => timestamp ? timestamp.slice(11, 16).replace(':', '.') : '–';

/** `2026-11-22 07:58:03` → `07.58.03` */
export const hourMinuteSecond = (timestamp: string): string => timestamp.slice(11, 19).replaceAll(':', '.');

/** `2026-11-22 07:58:03` → `22/11` */
export const dayMonth = (timestamp: string): string => `${Number(timestamp.slice(8, 10))}/${Number(timestamp.slice(5, 7))}`;

export const thousands = (value: number): string => number.format(value);
export const oneDecimal = (value: number): string => decimal.format(value);

/** Whole minutes → `8j 42m`, none `–`. */
export function span(minutes: number | null): string {
  if (minutes === null) return '–';
  const hours = Math.floor(minutes / 60);
  return `${hours}j ${minutes % 60}m`;
}

export function meters(value: number): string {
  return value < 1000 ? `${Math.max(1, Math.round(value))} m` : `${decimal.format(value / 1000)} km`;
}

/** Six decimals are 11 cm, beyond any phone; a point as in every map's search field. */
export const coordinates = (latitude: number, longitude: number): string => `${latitude.toFixed(6)}, ${longitude.toFixed(6)}`;

/** The phone's own map, whichever its owner has; elsewhere one in the browser. */
export function mapUrl(latitude: number, longitude: number, userAgent = navigator.userAgent): string {
  const at = `${latitude.toFixed(6)},${longitude.toFixed(6)}`;
  if (/Android/.test(userAgent)) return `geo:${at}?q=${at}`;
  if (/iPhone|iPad/.test(userAgent)) return `https://maps.apple.com/?q=${at}`;
  return `https://www.openstreetmap.org/?mlat=${latitude.toFixed(6)}&mlon=${longitude.toFixed(6)}#map=18/${latitude.toFixed(6)}/${longitude.toFixed(6)}`;
}
