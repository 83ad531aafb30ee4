import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { build } from 'esbuild';
import { transform } from 'lightningcss';

const cache = 'node_modules/.cache';
const out = '../wwwroot/build';
mkdirSync(cache, { recursive: true });

// Ways to send that no page takes are only weight: axios's second, and all of SignalR's but the WebSocket. 7 KB of a phone's first page.
const unused = [
  [/axios.lib.adapters.fetch\.js$/, 'export const getFetch = () => false; export default false;'],
  [/signalr.dist.esm.LongPollingTransport\.js$/, 'export class LongPollingTransport {}'],
  [/signalr.dist.esm.ServerSentEventsTransport\.js$/, 'export class ServerSentEventsTransport {}'],
  [/signalr.dist.esm.DefaultHttpClient\.js$/, "export class DefaultHttpClient { getCookieString() { return ''; } }"],
];
const leaveOut = {
  name: 'leave-out',
  setup: ({ onLoad }) => unused.forEach(([filter, contents]) => onLoad({ filter }, () => ({ contents }))),
};

if (process.argv.includes('--tests')) await bundleTests();
else await bundlePages();

async function bundlePages() {
  const css = `${cache}/styles.css`;
  const tailwind = 'node_modules/@tailwindcss/cli/dist/index.mjs';
  execFileSync(process.execPath, [tailwind, '-i', 'css/app.css', '-o', css], { stdio: 'pipe' });
  writeFileSync(css, forOlderPhones(css));

  rmSync(out, { recursive: true, force: true });
  const { metafile } = await build({
    entryPoints: { app: 'app.ts', styles: css },
    outdir: out,
    entryNames: '[name]-[hash]',
    chunkNames: '[name]-[hash]',
    assetNames: '[name]-[hash]',
    loader: { '.woff2': 'file', '.svg': 'file' },
    bundle: true,
    minify: true,
    splitting: true,
    format: 'esm',
    target: ['es2022', 'chrome111', 'safari16.4'],
    tsconfig: 'tsconfig.json',
    plugins: [leaveOut],
    metafile: true,
    logLevel: 'warning',
  });
  const names = logicalNames(Object.keys(metafile.outputs));
  await bundleWorker(names, metafile.outputs);
  // Last: it tells the program's build that all of it is there.
  writeFileSync(`${out}/manifest.json`, JSON.stringify(names, null, 2));
}

// What every page asks for, and nothing that only some do. Pages without a hash in their name count by their source.
async function bundleWorker(names, outputs) {
  const app = Object.entries(outputs).find(([path]) => basename(path) === names['app.js'])[1];
  const parts = app.imports.filter(({ kind }) => kind === 'import-statement').map(({ path }) => basename(path));
  const font = Object.values(names).filter((name) => name.endsWith('.woff2'));
  const shell = [names['app.js'], names['styles.css'], ...parts, ...font].map((name) => `/build/${name}`);
  const version = createHash('sha256').update(shell.join());
  for (const page of ['Offline/Offline', 'Shared/_Layout', 'Shared/_Brand']) version.update(readFileSync(`../Features/${page}.cshtml`));
  await build({
    entryPoints: ['../Features/Offline/worker.ts'],
    outfile: '../wwwroot/sw.js',
    bundle: true,
    minify: true,
    target: ['es2022', 'chrome111', 'safari16.4'],
    define: { SHELL: JSON.stringify(shell), VERSION: JSON.stringify(version.digest('hex').slice(0, 12)) },
    logLevel: 'warning',
  });
}

// Android 7 stops at Chrome 119, which has no light-dark().
function forOlderPhones(css) {
  const targets = { chrome: 111 << 16, safari: (16 << 16) | (4 << 8), firefox: 115 << 16 };
  return transform({ filename: css, code: readFileSync(css), targets, minify: true }).code;
}

// "app-3F9A1C2B.js" answers to "app.js": pages ask for the second, browsers may keep the first for ever.
function logicalNames(outputs) {
  const names = outputs.map((path) => basename(path)).sort();
  return Object.fromEntries(names.map((name) => [name.replace(/-[A-Z0-9]{8}(\.\w+)$/, '$1'), name]));
}

async function bundleTests() {
  const outdir = `${cache}/tests`;
  rmSync(outdir, { recursive: true, force: true });
  await build({
    entryPoints: readdirSync('tests').filter((name) => name.endsWith('.test.ts')).map((name) => `tests/${name}`),
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    tsconfig: 'tsconfig.json',
    logLevel: 'warning',
  });
}
