import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { build } from 'esbuild';
import { transform } from 'lightningcss';

const cache = 'node_modules/.cache';
const out = '../wwwroot/build';
mkdirSync(cache, { recursive: true });

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
    metafile: true,
    logLevel: 'warning',
  });
  writeFileSync(`${out}/manifest.json`, JSON.stringify(logicalNames(Object.keys(metafile.outputs)), null, 2));
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
