import { waitOrWake } from '@/backoff';
import { http, problemOf } from '@/http';
import type { Receipt } from './receipt';
import { expired, next, type Outbox, type Tap } from './tap';

type Progress = { sending(): void; waiting(offline: boolean): void };

export type End =
  | { is: 'nothing' | 'login' }
  | { is: 'done'; receipt: Receipt }
  /** The day is not what the page shows, for instance after a clock-in on another device. */
  | { is: 'changed'; message: string }
  | { is: 'failed'; message: string };

type Answer = { status: 200; receipt: Receipt } | { status: number | null; message: string; retryAfterMs: number | null };

/** Sends the waiting tap until it is answered: always with its own key, so that it counts once however often it arrives. */
export async function deliver(outbox: Outbox, today: () => string, progress: Progress): Promise<End> {
  let renewed = false;
  for (let attempt = 0; ; attempt++) {
    const tap = outbox.read();
    if (!tap) return { is: 'nothing' };
    if (expired(tap, today())) {
      outbox.clear();
      return { is: 'failed', message: 'Absen yang tersimpan dari hari sebelumnya tidak sempat terkirim dan tidak dikirim hari ini. Hubungi admin bila perlu koreksi.' };
    }
    progress.sending();
    const answer = await send(tap);
    if ('receipt' in answer) {
      outbox.clear();
      return { is: 'done', receipt: answer.receipt };
    }
    const { status, message } = answer;
    const then = next({ ...answer, attempt, renewed });
    switch (then.do) {
      case 'login': return { is: 'login' };
      case 'pause': return { is: 'failed', message };
      case 'renew':
        renewed = true;
        await http.get(location.pathname).catch(() => undefined);
        break;
      case 'retry':
        progress.waiting(status === null);
        await waitOrWake(then.afterMs);
        break;
      default:
        outbox.clear();
        return { is: status === 422 ? 'changed' : 'failed', message };
    }
  }
}

async function send({ kind, key, latitude, longitude, accuracy }: Tap): Promise<Answer> {
  try {
    const { data } = await http.post<{ data: Receipt }>(`/absensi/${kind}`, { latitude, longitude, accuracy }, { headers: { 'Idempotency-Key': key } });
    return { status: 200, receipt: { ...data.data, accuracy } };
  } catch (error) {
    return problemOf(error);
  }
}
