import { component } from '@/alpine';
import { backoff, waitOrWake } from '@/backoff';
import { hourMinute } from '@/words';
import { waitingTaps } from '../Clock/tap';

// Looked at for itself, not in the place of a page.
const isHere = location.pathname === '/luring';

/** Waits for the network; the page that was asked for then delivers what is waiting. */
component('offline', () => ({
  trying: false,
  taps: readTaps(),

  get label() { return this.trying ? 'Menyambung…' : 'Coba lagi'; },

  async init() {
    if (isHere) return;
    for (let attempt = 0; ; attempt++) {
      await waitOrWake(backoff(attempt));
      if (await this.again()) return;
    }
  },

  async again() {
    this.trying = true;
    const reached = await fetch('/health/live', { cache: 'no-store' }).then((answer) => answer.ok, () => false);
    if (reached) location.replace(isHere ? '/' : location.href);
    else this.trying = false;
    return reached;
  },
}));

function readTaps() {
  try {
    return waitingTaps(localStorage).map(({ key, kind, pressedAt }) => ({
      key,
      word: kind === 'masuk' ? 'Absen Masuk' : 'Absen Pulang',
      told: `Ditekan pukul ${hourMinute(pressedAt)} dan tersimpan di ponsel ini. Dikirim begitu tersambung; jamnya dicatat server saat tiba.`,
    }));
  } catch {
    return [];
  }
}
