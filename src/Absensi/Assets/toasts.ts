import { store } from './alpine';

type Toast = { id: number; text: string; tone: 'plain' | 'good' | 'bad' };
const kept = 'absensi.toast';

const toasts = store('toasts', {
  list: [] as Toast[],
  dismiss(id: number) { this.list = this.list.filter((toast) => toast.id !== id); },
});

let count = 0;

export function toast(text: string, tone: Toast['tone'] = 'plain'): void {
  const id = ++count;
  toasts.list = [...toasts.list, { id, text, tone }].slice(-3);
  if (tone !== 'bad') setTimeout(() => toasts.dismiss(id), 6000);
}

/** For when the page's data is no longer true: say why, then show what is. */
export function reloadSaying(text: string): void {
  try { sessionStorage.setItem(kept, text); } catch { /* Without storage the reload alone has to do. */ }
  location.reload();
}

try {
  const text = sessionStorage.getItem(kept);
  if (text) setTimeout(() => toast(text));
  sessionStorage.removeItem(kept);
} catch { /* Blocked storage holds nothing to say. */ }
