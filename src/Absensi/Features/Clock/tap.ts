import { backoff } from '@/backoff';

export type Kind = 'masuk' | 'pulang';

/** One press of the button. It keeps its key until it is answered, through reloads and dead zones. */
export type Tap = {
  key: string;
  kind: Kind;
  /** By the server's clock as the page carried it on. Told to the person, and its date decides: yesterday's press must not become today's attendance. */
  pressedAt: string;
  latitude: number;
  longitude: number;
  accuracy: number;
};

export type Next =
  | { do: 'done' }
  | { do: 'refused' }
  | { do: 'login' }
  | { do: 'renew' }
  | { do: 'pause' }
  | { do: 'retry'; afterMs: number };

type Answer = { status: number | null; attempt: number; renewed: boolean; retryAfterMs: number | null };

/** What to do with a tap after an answer (status `null`: none came). Everything but `done` and `refused` keeps it. */
export function next({ status, attempt, renewed, retryAfterMs }: Answer, random = Math.random): Next {
  if (status === 200) return { do: 'done' };
  if (status === 401) return { do: 'login' };
  if (status === 419) return renewed ? { do: 'pause' } : { do: 'renew' };
  if (status === null || status === 429 || status === 502 || status === 503 || status === 504)
    return { do: 'retry', afterMs: Math.max(retryAfterMs ?? 0, backoff(attempt, random)) };
  return status >= 500 ? { do: 'pause' } : { do: 'refused' };
}

export const expired = (tap: Tap, today: string): boolean => tap.pressedAt.slice(0, 10) !== today;

type Store = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

const prefix = 'absensi.tap.';

/** Whatever waits on this device, whoever's it is. */
export function waitingTaps(storage: Storage): Tap[] {
  const names = Array.from({ length: storage.length }, (_, index) => storage.key(index)).filter((name) => name?.startsWith(prefix));
  return names.map((name) => JSON.parse(storage.getItem(name!)!) as Tap);
}

/** At most one tap per person on this device. Where storage is blocked it lives as long as the page. */
export class Outbox {
  private held: Tap | null = null;
  private readonly name: string;

  constructor(userId: number, private readonly storage: Store | null) {
    this.name = prefix + userId;
  }

  read(): Tap | null {
    try {
      const text = this.storage?.getItem(this.name);
      return text ? JSON.parse(text) as Tap : this.held;
    } catch {
      return this.held;
    }
  }

  /** The tap that will be sent: an unanswered one wins over a new one, so a second press adds nothing. */
  put(tap: Tap): Tap {
    const waiting = this.read();
    if (waiting) return waiting;
    this.held = tap;
    try { this.storage?.setItem(this.name, JSON.stringify(tap)); } catch { /* Held in memory. */ }
    return tap;
  }

  clear(): void {
    this.held = null;
    try { this.storage?.removeItem(this.name); } catch { /* Nothing was kept. */ }
  }
}

/** Random UUID, also where the page has no https and so no `crypto.randomUUID`. */
export function uuid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
