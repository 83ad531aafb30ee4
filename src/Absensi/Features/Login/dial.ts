import { component } from '@/alpine';
import { pageArrivedAt, ServerClock } from '../Clock/serverClock';

const turn = (degrees: number): string => `rotate(${degrees})`;

/** The station clock beside the form: the second hand steps, the others creep. */
component('dial', () => ({
  hour: '',
  minute: '',
  second: '',

  init() {
    const clock = new ServerClock(this.$root.dataset.now!, pageArrivedAt());
    const step = (): void => {
      const seconds = Math.floor(clock.now() / 1000);
      this.second = turn((seconds % 60) * 6);
      this.minute = turn(((seconds / 60) % 60) * 6);
      this.hour = turn(((seconds / 3600) % 12) * 30);
      setTimeout(step, 1000 - (clock.now() % 1000) + 5);
    };
    step();
  },
}));
