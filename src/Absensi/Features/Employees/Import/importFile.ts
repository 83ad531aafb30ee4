import { component } from '@/alpine';
import { stop } from '@/forms';
import { toast } from '@/toasts';
import { oneDecimal, thousands } from '@/words';

/** Says before it is sent that a file is too long; then how much of it has arrived, until the server reads it. */
component('importFile', () => ({
  sending: false,
  loaded: 0,
  total: 0,
  problem: '',

  get uploading() { return this.loaded < this.total || this.total === 0; },
  get share() { return this.total === 0 ? 0 : this.loaded / this.total; },
  get words() {
    if (!this.uploading) return 'Terunggah. Memeriksa tiap baris…';
    return `Mengunggah ${amount(this.loaded)} dari ${amount(this.total)} (${Math.floor(this.share * 100)}%)`;
  },

  choose() {
    const input = this.$refs.file as HTMLInputElement;
    const longest = Number(input.dataset.longest);
    const file = input.files?.[0];
    this.problem = file && file.size > longest ? `Berkas ini lebih dari ${longest / 1024 / 1024} MB. Hapus kolom yang tidak diperlukan, atau bagi menjadi beberapa berkas.` : '';
  },

  check(event: Event) {
    if (this.problem) return event.preventDefault();
    this.loaded = this.total = 0;
  },

  sent(event: CustomEvent<{ loaded: number; total?: number }>) {
    this.sending = true;
    this.loaded = event.detail.loaded;
    this.total = event.detail.total ?? 0;
  },

  ended() { this.sending = false; },

  cancel() {
    stop(this.$root as HTMLFormElement);
    toast('Unggahan dibatalkan. Belum ada yang disimpan.');
  },
}));

const amount = (bytes: number): string => bytes < 1e6 ? `${thousands(Math.ceil(bytes / 1000))} KB` : `${oneDecimal(bytes / 1e6)} MB`;
