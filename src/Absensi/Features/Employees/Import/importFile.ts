import { component } from '@/alpine';

/** Says before it is sent that a file is too long; shows that one is on its way. */
component('importFile', () => ({
  sending: false,
  problem: '',

  get label() { return this.sending ? 'Memeriksa…' : 'Periksa berkas'; },

  choose() {
    const input = this.$refs.file as HTMLInputElement;
    const longest = Number(input.dataset.longest);
    const file = input.files?.[0];
    this.problem = file && file.size > longest ? `Berkas ini lebih dari ${longest / 1024 / 1024} MB. Hapus kolom yang tidak diperlukan, atau bagi menjadi beberapa berkas.` : '';
  },

  submit(event: Event) {
    if (this.problem) event.preventDefault();
    else this.sending = true;
  },
}));
