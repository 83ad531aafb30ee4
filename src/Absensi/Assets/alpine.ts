import Alpine from '@alpinejs/csp';

type Magic = {
  $el: HTMLElement;
  $root: HTMLElement;
  $refs: Record<string, HTMLElement>;
  $nextTick(run?: () => void): Promise<void>;
  $watch<T>(property: string, changed: (value: T, before: T) => void): void;
};

/** Registers what a page names in `x-data`. */
export function component<T extends object>(name: string, make: () => T & ThisType<T & Magic>): void {
  Alpine.data(name, make);
}

export const start = (): void => Alpine.start();
export const store = <T extends object>(name: string, value: T): T => {
  Alpine.store(name, value);
  return Alpine.store(name) as T;
};

/** The server's data for this page, from its `<script type="application/json">` block. */
export function pageData<T>(id = 'data'): T {
  const block = document.getElementById(id);
  if (!block?.textContent) throw new Error(`The page has no JSON block #${id}`);
  return JSON.parse(block.textContent) as T;
}
