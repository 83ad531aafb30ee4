import { component, pageData } from '@/alpine';
import { mapUrl, meters } from '@/words';
import { between, type Place, sketch } from '../Shared/sketch';

/** Where a day's taps were made, on its own page. */
component('places', () => {
  const { places, before } = pageData<{ places: Place[]; before: [number, number][] }>();
  const [first, last] = [places[0]!, places.at(-1)!];
  const apart = between(first, last);

  return {
    map: sketch(places, before),
    maps: places.map(({ latitude, longitude }) => mapUrl(latitude, longitude)),
    get compared() { return this.map.compared; },
    get apart() { return places.length < 2 ? '' : apart < 30 ? 'Masuk dan pulang di tempat yang sama' : `Pulang ${meters(apart)} dari tempat masuk`; },
    get hasBefore() { return this.map.dots !== ''; },
    get hasEnd() { return this.map.end !== ''; },
  };
});
