import { component } from '@/alpine';
import { wordsFor } from '@/http';
import { toast } from '@/toasts';
import { oneDecimal } from '@/words';

/** A download one can watch and call off. Without this script its links are plain links, and the browser does the same. */
component('downloads', () => ({
  running: null as AbortController | null,
  bytes: 0,

  get busy() { return this.running !== null; },
  get idle() { return this.running === null; },
  get progress() { return this.bytes === 0 ? 'Menyiapkan berkas…' : `Mengunduh ${oneDecimal(this.bytes / 1e6)} MB…`; },

  stop() { this.running?.abort(); },

  async save(event: Event) {
    event.preventDefault();
    if (this.running) return;
    const link = event.currentTarget as HTMLAnchorElement;
    this.running = new AbortController();
    this.bytes = 0;
    try {
      const response = await fetch(link.href, { signal: this.running.signal });
      if (!response.ok || !response.body || response.redirected) throw new Error(wordsFor(response.redirected ? 401 : response.status));
      const counted = response.body.pipeThrough(new TransformStream<Uint8Array, Uint8Array>({
        transform: (chunk, out) => {
          this.bytes += chunk.length;
          out.enqueue(chunk);
        },
      }));
      keep(await new Response(counted).blob(), nameOf(response));
    } catch (error) {
      // A broken stream is a TypeError in every browser; half a file is never kept.
      if (this.running.signal.aborted) toast('Unduhan dibatalkan.');
      else toast(error instanceof TypeError ? 'Unduhan terputus. Coba lagi.' : (error as Error).message, 'bad');
    } finally {
      this.running = null;
    }
  },
}));

const nameOf = (response: Response): string => /filename="?([^";]+)/.exec(response.headers.get('Content-Disposition') ?? '')?.[1] ?? 'absensi';

function keep(file: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
