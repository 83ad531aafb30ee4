/**
 * A line at the top while another page is on its way: on a home screen there is no browser around the page that would show it.
 */
const givenUpMs = 30_000;

export function leaving(): void {
  document.documentElement.dataset.leaving = '';
  setTimeout(arrived, givenUpMs);
}

function arrived(): void { delete document.documentElement.dataset.leaving; }

document.addEventListener('click', (event) => {
  const link = (event.target as Element).closest?.('a');
  if (!link || event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  if (link.target || link.hasAttribute('download') || link.origin !== location.origin) return;
  if (link.hash && link.pathname === location.pathname && link.search === location.search) return;
  leaving();
});
document.addEventListener('submit', (event) => { if (!event.defaultPrevented && (event.target as HTMLFormElement).method === 'get') leaving(); });
window.addEventListener('pageshow', arrived);
