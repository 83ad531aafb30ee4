import { component } from './alpine';

type Theme = 'sistem' | 'terang' | 'gelap';
const next: Record<Theme, Theme> = { sistem: 'terang', terang: 'gelap', gelap: 'sistem' };
const labels: Record<Theme, string> = { sistem: 'Ikuti sistem', terang: 'Terang', gelap: 'Gelap' };

// A cookie, so that the server already writes the right theme into <html> and nothing flashes.
component('theme', () => ({
  theme: (document.documentElement.dataset.theme || 'sistem') as Theme,

  get label() { return labels[this.theme]; },
  get isSystem() { return this.theme === 'sistem'; },
  get isLight() { return this.theme === 'terang'; },
  get isDark() { return this.theme === 'gelap'; },

  change() {
    this.theme = next[this.theme];
    if (this.theme === 'sistem') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = this.theme;
    const age = this.theme === 'sistem' ? 0 : 31_536_000;
    document.cookie = `tema=${this.theme};path=/;max-age=${age};samesite=lax`;
  },
}));
