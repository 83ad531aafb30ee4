import { component } from '@/alpine';

/** The filters are a plain form in the URL; this only sends it as soon as a choice is made. */
component('filters', () => ({
  // Only on a phone are the fields folded away, until one of them says something the chips don't or has to be put right.
  open: new URLSearchParams(location.search).has('status') || document.querySelector('main [role=alert]') !== null,

  toggle() { this.open = !this.open; },

  init() {
    this.$root.addEventListener('change', () => (this.$root as HTMLFormElement).requestSubmit());
    document.addEventListener('keydown', (event) => this.focusSearch(event));
  },

  focusSearch(event: KeyboardEvent) {
    const typing = event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement;
    if (event.key !== '/' || typing || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    this.$refs.search?.focus();
  },

  /** Empty fields would only make the address long. */
  leaveOutEmpty() {
    for (const field of this.$root.querySelectorAll<HTMLInputElement | HTMLSelectElement>('[name]')) field.disabled = field.value === '';
  },
}));
