import { toast } from './toasts';
import { leaving } from './leaving';
import { http, problemOf, wordsFor } from './http';

const sending = new WeakMap<HTMLFormElement, AbortController>();
/** For an answer; a file may take as long as it is on its way, for that is shown and can be called off. */
const patienceMs = 90_000;
const fileDialogMs = 4000;

/**
 * Sends forms in the background, once each: what was typed outlives a network that is gone, a session that ended and a
 * server that is busy. Without this script the browser sends them, and the server answers with pages all the same.
 */
document.addEventListener('submit', (event) => {
  const form = event.target as HTMLFormElement;
  if (event.defaultPrevented || form.method !== 'post') return;
  const button = event.submitter ?? form.querySelector('button:not([type=button])');
  if (sending.has(form)) return event.preventDefault();
  const call = new AbortController();
  sending.set(form, call);
  button?.setAttribute('aria-busy', 'true');
  const done = (): void => {
    sending.delete(form);
    button?.removeAttribute('aria-busy');
    form.dispatchEvent(new CustomEvent('answered'));
  };
  if ('file' in form.dataset) return void setTimeout(done, fileDialogMs);
  event.preventDefault();
  void send(form, call).then((leaves) => { if (!leaves) done(); });
});

let left = false;
window.addEventListener('pageshow', (event) => { if (event.persisted && left) location.reload(); });

/** Calls it off, as long as it is on its way. */
export const stop = (form: HTMLFormElement): void => sending.get(form)?.abort();

/** @returns whether another page is on its way. */
async function send(form: HTMLFormElement, call: AbortController, renewed = false): Promise<boolean> {
  form.querySelector(':scope > [data-problem]')?.remove();
  const { data, go, status, message, afterMs } = await post(form, call);
  if (call.signal.aborted) return false;
  if (status === 419 && !renewed && await renew()) return send(form, call, true);
  if (go) {
    left = true;
    leaving();
    location.assign(go);
    return true;
  }
  const page = new DOMParser().parseFromString(data, 'text/html');
  if (status && page.getElementById('isi') && !page.querySelector('[data-error]')) show(page);
  else tell(form, status === 401, status === null ? 'Belum terkirim: tidak ada jaringan. Isian Anda tetap di sini; kirim lagi begitu tersambung.'
    : status === 401 ? 'Sesi Anda sudah berakhir. Isian Anda tetap di sini: '
    : status === 429 && afterMs ? `Terlalu banyak permintaan. Coba lagi dalam ${Math.ceil(afterMs / 1000)} detik.` : `${message} Isian Anda tetap di sini.`);
  return false;
}

type Answer = { data: string; go: string | null; status: number | null; message: string; afterMs: number | null };

async function post(form: HTMLFormElement, { signal }: AbortController): Promise<Answer> {
  const fields = new FormData(form);
  const body = form.enctype === 'multipart/form-data' ? fields : new URLSearchParams(fields as unknown as Record<string, string>);
  try {
    const { data, headers, status, request } = await http.post<string>(form.action, body, {
      signal, timeout: body === fields ? 0 : patienceMs, responseType: 'text', headers: { Accept: 'text/html', 'X-Form': '1' },
      onUploadProgress: ({ loaded, total }) => form.dispatchEvent(new CustomEvent('sent', { detail: { loaded, total } })),
    });
    // A server of the build before sends the browser there itself.
    const there = (request as XMLHttpRequest).responseURL;
    return { data, go: (headers['x-go'] as string | undefined) ?? (there === form.action ? null : there), status, message: '', afterMs: null };
  } catch (error) {
    const { response } = error as { response?: { data?: unknown } };
    const { status, retryAfterMs } = problemOf(error);
    return { data: String(response?.data ?? ''), go: null, status, message: wordsFor(status), afterMs: retryAfterMs };
  }
}

/** Gets a token for whoever is logged in by now; as a cookie for scripts, and as a field for this page's forms. */
async function renew(): Promise<boolean> {
  try {
    const { data } = await http.get<string>(location.href, { responseType: 'text', headers: { Accept: 'text/html' } });
    const name = '__RequestVerificationToken';
    const token = new DOMParser().parseFromString(data, 'text/html').querySelector<HTMLInputElement>(`[name=${name}]`)?.value;
    if (token) document.querySelectorAll<HTMLInputElement>(`[name=${name}]`).forEach((field) => { field.value = token; });
    return token !== undefined;
  } catch {
    return false;
  }
}

/** The answer in the place of what was asked from, as if the browser had gone there. */
function show(page: Document): void {
  const main = document.getElementById('isi')!;
  document.title = page.title;
  const typed = [...main.querySelectorAll<HTMLInputElement>('input[type=password]')];
  main.replaceChildren(...page.getElementById('isi')!.childNodes);
  // No page ever carries a password back; the ones that nobody complained of need not be typed again.
  for (const { name, value } of typed) {
    const field = main.querySelector<HTMLInputElement>(`input[type=password][name="${name}"]:not([aria-invalid=true])`);
    if (field) field.value = value;
  }
  window.scrollTo(0, 0);
  const first = main.querySelector<HTMLElement>('[autofocus]') ?? main.querySelector<HTMLElement>('[aria-invalid="true"], [role="alert"], [role="status"]') ?? main;
  if (!first.matches('input, select')) first.tabIndex = -1;
  first.focus();
}

function tell(form: HTMLFormElement, login: boolean, words: string): void {
  if (!form.querySelector('input:not([type=hidden]), select')) return toast(login ? wordsFor(401) : words, 'bad');
  const problem = (document.getElementById('belum-terkirim') as HTMLTemplateElement).content.firstElementChild!.cloneNode(true) as HTMLElement;
  problem.querySelector('span')!.textContent = words;
  problem.querySelector('a')!.hidden = !login;
  form.prepend(problem);
  problem.scrollIntoView({ block: 'nearest' });
}
