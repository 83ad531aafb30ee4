import { meters } from '@/words';

export type Fix = { latitude: number; longitude: number; accuracy: number; at: number };

export type Position =
  | { is: 'searching' | 'slow' | 'denied' | 'unavailable' | 'insecure' }
  | { is: 'ready' | 'inaccurate'; fix: Fix };

const goodEnoughMeters = 100;
const slowAfterMs = 10_000;
const staleAfterMs = 60_000;

export function judge(fix: Fix): Position {
  return { is: fix.accuracy <= goodEnoughMeters ? 'ready' : 'inaccurate', fix };
}

export const fixOf = (position: Position, now: number): Fix | null =>
  'fix' in position && now - position.fix.at <= staleAfterMs ? position.fix : null;

export function describe(position: Position): { tone: 'idle' | 'good' | 'late' | 'bad'; text: string } {
  switch (position.is) {
    case 'searching': return { tone: 'idle', text: 'Mencari lokasi…' };
    case 'slow': return { tone: 'late', text: 'Masih mencari lokasi. Coba mendekat ke jendela atau ke luar ruangan.' };
    case 'ready': return { tone: 'good', text: `Lokasi siap ±${meters(position.fix.accuracy)}` };
    case 'inaccurate': return { tone: 'late', text: `Lokasi kurang akurat ±${meters(position.fix.accuracy)}, tetap bisa absen` };
    case 'denied': return { tone: 'bad', text: 'Izin lokasi ditolak' };
    case 'unavailable': return { tone: 'bad', text: 'Lokasi belum terbaca. Nyalakan GPS atau layanan lokasi, lalu coba lagi.' };
    case 'insecure': return { tone: 'bad', text: 'Peramban hanya mau membaca lokasi lewat alamat https. Mintalah alamat itu kepada admin.' };
  }
}

/** Follows the phone's position while the page is looked at; a watch left alone drains the battery. */
export class Locator {
  private watch: number | null = null;
  private slow: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly changed: (position: Position) => void) {}

  start(): void {
    this.stop();
    if (!window.isSecureContext) return this.changed({ is: 'insecure' });
    if (!('geolocation' in navigator)) return this.changed({ is: 'unavailable' });
    this.changed({ is: 'searching' });
    this.slow = setTimeout(() => this.changed({ is: 'slow' }), slowAfterMs);
    this.watch = navigator.geolocation.watchPosition(
      ({ coords }) => this.found({ latitude: coords.latitude, longitude: coords.longitude, accuracy: coords.accuracy, at: Date.now() }),
      (error) => this.failed(error),
      { enableHighAccuracy: true, maximumAge: 10_000 },
    );
  }

  stop(): void {
    clearTimeout(this.slow);
    if (this.watch !== null) navigator.geolocation.clearWatch(this.watch);
    this.watch = null;
  }

  private found(fix: Fix): void {
    clearTimeout(this.slow);
    this.changed(judge(fix));
  }

  private failed(error: GeolocationPositionError): void {
    clearTimeout(this.slow);
    this.changed({ is: error.code === error.PERMISSION_DENIED ? 'denied' : 'unavailable' });
  }
}

/** Runs `granted` once the person has allowed the position in the browser's own settings. */
export async function onceAllowed(granted: () => void): Promise<void> {
  try {
    const permission = await navigator.permissions.query({ name: 'geolocation' });
    permission.addEventListener('change', () => { if (permission.state !== 'denied') granted(); });
  } catch { /* Older Safari can't tell; the button "Coba lagi" remains. */ }
}
