import { component } from '@/alpine';

component('printer', () => ({
  print() { window.print(); },
}));
