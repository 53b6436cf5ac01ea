// Makes the files that pages ask for: `node assets.mjs SOURCE OUT`, run by build.rs in the folder that holds node_modules.
// Writes each file under a name that carries its content's hash, beside it the same bytes in brotli and gzip, and
// `assets.tsv` with a line `name, file, type` for each.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const [source, out] = process.argv.slice(2);
const modules = join(process.cwd(), 'node_modules');
const require = createRequire(join(process.cwd(), 'index.js'));
const esbuild = require('esbuild');
const subsetFont = require('subset-font');

// What people write in western European languages and what our own words need; the rest comes from the second file.
const WESTERN = characters(0x20, 0x7e) + characters(0xa0, 0xff) + 'ıŒœŸŠšŽž–—‘’‚“”„•…‹›€™←↑→↓−×⌘⇧⌥↵';
const FURTHER = characters(0x100, 0x17f) + 'ȘșȚțẞ';
// Kerning, marks and the figures that stand under each other. Contextual play would double the weight.
const FEATURES = ['kern', 'mark', 'mkmk', 'ccmp', 'locl', 'tnum', 'lnum', 'pnum'];
const FONTS = [
  ['sans', 'inter', '', 'U+20-7E,U+A0-FF,U+131,U+152-153,U+160-161,U+178,U+17D-17E,U+2000-22FF,U+2300-23FF,U+20AC'],
  ['serif', 'source-serif-4', '', 'U+20-7E,U+A0-FF,U+131,U+152-153,U+160-161,U+178,U+17D-17E,U+2000-22FF,U+2300-23FF,U+20AC'],
  ['sans', 'inter', '-ext', 'U+100-130,U+132-151,U+154-15F,U+162-177,U+179-17C,U+17F,U+218-21B,U+1E9E'],
  ['serif', 'source-serif-4', '-ext', 'U+100-130,U+132-151,U+154-15F,U+162-177,U+179-17C,U+17F,U+218-21B,U+1E9E'],
];

const listed = [];
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });

const faces = [];
for (const [voice, font, part, range] of FONTS) {
  const file = `@fontsource-variable/${font}/files/${font}-latin${part}-wght-normal.woff2`;
  const bytes = await subsetFont(readFileSync(join(modules, file)), part ? FURTHER : WESTERN, {
    targetFormat: 'woff2',
    keepFeatures: FEATURES,
    variationAxes: { wght: { min: 400, max: 700 } },
    noHinting: true,
  });
  const name = voice + part;
  const path = write(name, 'woff2', 'font/woff2', bytes);
  // The families carry our own names: a subset is a changed font and must not pass as the one it was made from.
  faces.push(`@font-face { font-family: "Kept ${voice}"; src: url("${path}") format("woff2"); font-weight: 400 700; `
    + `font-style: normal; font-display: swap; unicode-range: ${range}; }`);
}

const common = sheets('.');
common.splice(1, 0, faces.join('\n'));
writeSheet('style', common);
// What the first page does not need; its pages ask for it in their head.
writeSheet('document-style', sheets('document'));

writeScript('script', 'kept.js');
// What the first page does not need: pages with a composer ask for it in their head.
writeScript('writing-script', 'writing.js');
// And pages on which somebody signs in.
writeScript('signing-script', 'signing.js');
// For forms that are filled in by a link: their pages run nothing else.
writeScript('filling-script', 'filling.js');

write('icons', 'svg', 'image/svg+xml', Buffer.from(readFileSync(join(source, 'icons.svg'), 'utf8').replace(/<!--.*?-->\s*|\n\s*/gs, '')));
write('mark', 'svg', 'image/svg+xml', readFileSync(join(source, 'mark.svg')));
write('licences', 'txt', 'text/plain; charset=utf-8', Buffer.from(licences()));
writeFileSync(join(out, 'assets.tsv'), listed.join(''));

/** The texts of the stylesheets in a folder, in the order of their names. */
function sheets(folder) {
  const place = join(source, 'styles', folder);
  const files = readdirSync(place).filter((file) => file.endsWith('.css')).sort();
  return files.map((file) => readFileSync(join(place, file), 'utf8'));
}

/** Writes stylesheets as one. */
function writeSheet(name, texts) {
  const style = esbuild.transformSync(texts.join('\n'), { loader: 'css', minify: true, logLevel: 'error' });
  if (style.warnings.length) fail(esbuild.formatMessagesSync(style.warnings, { kind: 'warning' }).join(''));
  write(name, 'css', 'text/css; charset=utf-8', Buffer.from(style.code));
}

/** Writes a script with all that it imports as one. */
function writeScript(name, entry) {
  const script = esbuild.buildSync({
    entryPoints: [join(source, 'scripts', entry)],
    bundle: true,
    minify: true,
    format: 'esm',
    nodePaths: [modules],
    legalComments: 'eof',
    write: false,
    logLevel: 'error',
  });
  write(name, 'js', 'text/javascript; charset=utf-8', Buffer.from(script.outputFiles[0].contents));
}

/** Writes the bytes under their hashed name and gives their path in an address. */
function write(name, ending, type, bytes) {
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 12);
  const file = `${name}-${hash}.${ending}`;
  writeFileSync(join(out, file), bytes);
  if (ending !== 'woff2') {
    const size = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
    writeFileSync(join(out, `${file}.br`), brotliCompressSync(bytes, { params: size }));
    writeFileSync(join(out, `${file}.gz`), gzipSync(bytes, { level: 9 }));
  }
  listed.push(`${name}\t${file}\t${type}\n`);
  return `/assets/${file}`;
}

/** The licences of what is served to browsers. Turbo's package names its licence and holder but brings no text of it. */
function licences() {
  const mit = readFileSync(join(modules, 'esbuild/LICENSE.md'), 'utf8');
  const permission = mit.slice(mit.indexOf('Permission is hereby granted')).trim();
  const [holder] = readFileSync(join(modules, '@hotwired/turbo/README.md'), 'utf8').match(/©.*/) ?? fail('Turbo names no holder');
  const own = (name) => readFileSync(join(modules, name, 'LICENSE'), 'utf8').trim();
  const served = { '@hotwired/turbo': `Copyright ${holder}\n\n${permission}` };
  for (const name of ['@fontsource-variable/inter', '@fontsource-variable/source-serif-4']) served[name] = own(name);
  return Object.entries(served).map(([name, text]) => {
    const { version, license } = JSON.parse(readFileSync(join(modules, name, 'package.json'), 'utf8'));
    return `${name} ${version} (${license})\n\n${text}\n`;
  }).join('\n\n');
}

function characters(first, last) {
  return String.fromCodePoint(...Array.from({ length: last - first + 1 }, (_, index) => first + index));
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
