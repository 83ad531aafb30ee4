import { component, store } from '@/alpine';

type InstallPrompt = Event & { prompt(): Promise<unknown> };

const install = store('install', { prompt: null as InstallPrompt | null });

if ('serviceWorker' in navigator) window.addEventListener('load', () => void navigator.serviceWorker.register('/sw.js').catch(() => undefined));

// The browser's own banner would cover the button; a line at the end of the page asks instead.
window.addEventListener('beforeinstallprompt', (event) => {
  event.preventDefault();
  install.prompt = event as InstallPrompt;
});
window.addEventListener('appinstalled', () => { install.prompt = null; });

component('install', () => ({
  get possible() { return install.prompt !== null; },
  async ask() {
    await install.prompt?.prompt();
    install.prompt = null;
  },
}));
