import { component } from '@/alpine';

component('login', () => ({
  visible: false,

  get passwordType() { return this.visible ? 'text' : 'password'; },
  get toggleLabel() { return this.visible ? 'Sembunyikan kata sandi' : 'Tampilkan kata sandi'; },

  toggle() { this.visible = !this.visible; },
}));
