import { component } from '@/alpine';

/** The filters are a plain form in the URL; this only sends it as soon as a choice is made. */
component('filters', () => ({
  open: document.querySelector('#saringan.max-sm\\:hidden') === null,
  sent: false,

  toggle() { this.open = !this.open; },

  init() {
    this.$root.addEventListener('change', () => (this.$root as HTMLFormElement).requestSubmit());
    document.addEventListener('keydown', (event) => this.focusSearch(event));
    window.addEventListener('pageshow', (event) => this.cameBack(event.persisted));
  },

  /** A browser that goes back brings the choice that led away, and the list is that of the address. */
  cameBack(fromMemory: boolean) {
    const [page] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
    if (!fromMemory && page?.type !== 'back_forward') return;
    (this.$root as HTMLFormElement).reset();
    for (const field of this.$root.querySelectorAll<HTMLInputElement | HTMLSelectElement>('[name]')) field.disabled = false;
  },

  focusSearch(event: KeyboardEvent) {
    const typing = event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement;
    if (event.key !== '/' || typing || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    this.$refs.search?.focus();
  },

  /** Empty fields would only make the address long. Enter in a field is a change and a submit: the list is asked for once. */
  leaveOutEmpty(event: SubmitEvent) {
    if (this.sent) return event.preventDefault();
    this.sent = true;
    setTimeout(() => { this.sent = false; });
    for (const field of this.$root.querySelectorAll<HTMLInputElement | HTMLSelectElement>('[name]')) field.disabled = field.value === '';
  },
}));
