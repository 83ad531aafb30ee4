/**
 * The service worker. It keeps the shell: files that carry their content's hash in their names, and the page that is shown
 * without a network. Never a page of a person, never an answer.
 */
declare const SHELL: string[];
/** Of everything the shell is made of: one more byte, and this is another worker with a cache of its own. */
declare const VERSION: string;

type Lasting = Event & { waitUntil(work: Promise<unknown>): void };
type Fetching = Lasting & { request: Request; preloadResponse: Promise<Response | undefined>; respondWith(answer: Promise<Response>): void };

const worker = self as unknown as {
  addEventListener(name: 'install' | 'activate', heard: (event: Lasting) => void): void;
  addEventListener(name: 'fetch', heard: (event: Fetching) => void): void;
  registration: ServiceWorkerRegistration;
  clients: { claim(): Promise<void> };
  skipWaiting(): Promise<void>;
};
const offlinePage = '/luring';
const mine = `absensi-${VERSION}`;

worker.addEventListener('install', (event) => event.waitUntil(install()));
worker.addEventListener('activate', (event) => event.waitUntil(takeOver()));
worker.addEventListener('fetch', (event) => {
  const { method, mode, url } = event.request;
  if (method !== 'GET') return;
  if (mode === 'navigate') event.respondWith(page(event));
  else if (SHELL.includes(url.slice(location.origin.length))) event.respondWith(file(event.request));
});

async function install(): Promise<void> {
  const shown = await fetch(offlinePage, { credentials: 'omit', cache: 'no-store' });
  const text = await shown.clone().text();
  // While nodes are being replaced, an old one may answer: then the page is of another build than this worker, and the next try has to bring both.
  if (!shown.ok || !SHELL.slice(0, 2).every((name) => text.includes(name))) throw new Error('The shell is of another build');
  const cache = await caches.open(mine);
  await cache.addAll(SHELL);
  await cache.put(offlinePage, shown);
  await worker.skipWaiting();
}

async function takeOver(): Promise<void> {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name !== mine).map((name) => caches.delete(name)));
  await worker.registration.navigationPreload?.enable();
  await worker.clients.claim();
}

async function page(event: Fetching): Promise<Response> {
  try {
    return (await event.preloadResponse) ?? await fetch(event.request);
  } catch {
    return await caches.match(offlinePage) ?? Response.error();
  }
}

async function file(request: Request): Promise<Response> {
  return await caches.match(request, { ignoreVary: true }) ?? fetch(request);
}
