// Over a thousand ways of getting something to run, to ask elsewhere or to leave a page, by mail, by the public form, by the API and in
// lists of clients; and every page that shows them, in a real browser: nothing runs, nothing is asked, nothing is left.
import assert from 'node:assert/strict';
import net from 'node:net';
import path from 'node:path';
import { writeFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { browser, open } from './browser.js';
import { MAYA, desk } from './desk.js';
import { payloads } from './hostile.js';

const ALL = payloads();
/** Written so, they may become elements; otherwise they are words wherever they stand. */
const ELEMENTS = new Set(['plain', 'upper', 'nulls', 'spaced']);
/** So many pages are open at once. */
const TABS = 3;

let home;
let chromium;
let signed;
let token;

before(async () => {
  chromium = await browser();
  const made = await desk(chromium, [MAYA], ['--lmtp', '127.0.0.1:0']);
  home = made.home;
  [signed] = made.signed;
  await home.kept('mail', 'mailbox', 'desk@desk.example');
  const { stdout } = await home.kept('token', 'create', '--email', MAYA.email, '--name', 'Program');
  token = stdout.trim();
});
after(async () => {
  await chromium?.close();
  await home?.stop();
});

function chunks(list, size) {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, at) => list.slice(at * size, (at + 1) * size));
}

/** A context in which whatever runs, asks elsewhere, leaves or opens is written down. */
async function watched() {
  const context = await chromium.newContext({ storageState: signed, viewport: { width: 1280, height: 2000 } });
  context.setDefaultTimeout(20000);
  const found = [];
  await context.exposeBinding('canary', ({ page }, id) => { found.push(`${id} ran on ${page.url()}`); });
  await context.route(/.*/, (route) => {
    const url = route.request().url();
    if (url.startsWith(home.address) || url.startsWith('data:')) return route.continue();
    found.push(`${url} was asked for by ${route.request().frame()?.url()}`);
    return route.abort();
  });
  return { context, found };
}

/** Opens all of them, some at once. `look` is asked on each. */
async function opened(paths, look) {
  const { context, found } = await watched();
  const left = [...paths];
  const tab = async () => {
    const page = await context.newPage();
    let [before, at] = ['', ''];
    page.on('dialog', (dialog) => { found.push(`${at} asks ${dialog.message()}`); dialog.dismiss(); });
    page.on('popup', (popup) => found.push(`${at} opened ${popup.url()}`));
    page.on('framenavigated', (frame) => {
      // A live page that refreshes itself says so late.
      const known = ['blank', before, at].map((one) => one.split('?')[0]);
      if (frame === page.mainFrame() && !known.includes(new URL(frame.url()).pathname)) found.push(`${at} was left for ${frame.url()}`);
    });
    page.on('console', (message) => {
      // The policy has held back what should not have been there at all.
      if (/Content Security Policy/.test(message.text())) found.push(`${at}: ${message.text()}`);
    });
    while (left.length > 0) {
      [before, at] = [at, left.shift()];
      const answer = await page.goto(home.address + at);
      assert.equal(answer.status(), 200, at);
      found.push(...(await page.evaluate(look)).map((what) => `${at} has ${what}`));
    }
  };
  await Promise.all(Array.from({ length: TABS }, tab));
  await context.close();
  assert.deepEqual(found.slice(0, 20), []);
}

/** On our own pages nothing that somebody wrote is an element, and no link leads where nobody may go. */
function ours() {
  const marked = [...document.querySelectorAll('*')].filter((one) => one.hasAttribute('zx-hostile') || [...one.attributes].some(({ name }) => name.startsWith('on')));
  const links = [...document.querySelectorAll('[href],[src],[action],[formaction]')].filter((one) => ['href', 'src', 'action', 'formaction']
    .some((name) => one.hasAttribute(name) && !/^(\/|#|\?|https?:|mailto:|tel:|$)/i.test(one.getAttribute(name).trim())));
  return [...marked, ...links].map((one) => one.outerHTML.slice(0, 200));
}

/** In a mail's frame nothing stands that runs, sends, leaves or loads. */
function theirs() {
  const no = 'script,iframe,frame,object,embed,applet,form,input,button,select,textarea,base,link,svg,math,template,noscript,video,audio,source,portal,meta[http-equiv],body style,[srcset],[background],[ping]';
  const bad = [...document.querySelectorAll(no)];
  const all = [...document.querySelectorAll('*')];
  const acting = all.filter((one) => [...one.attributes].some(({ name }) => name.startsWith('on') || name === 'style'));
  const links = all.filter((one) => one.hasAttribute('href') && !/^(https?:|mailto:)/i.test(one.getAttribute('href')));
  const pictures = [...document.querySelectorAll('[src]')].filter((one) => !one.getAttribute('src').startsWith('data:'));
  return [...bad, ...acting, ...links, ...pictures].map((one) => one.outerHTML.slice(0, 200));
}

/** Brings mails to the house over one line, each answered with 250. */
async function deliver(mails) {
  const line = net.connect(home.mailPort, '127.0.0.1');
  let said = '';
  let wake = () => {};
  line.on('data', (bytes) => { said += bytes.toString('latin1'); wake(); });
  const heard = async (pattern) => {
    while (!pattern.test(said)) await new Promise((resolve) => { wake = resolve; });
    said = '';
  };
  await heard(/^220 .*\r\n/m);
  line.write('LHLO mx.example\r\n');
  await heard(/^250 .*\r\n/m);
  for (const mail of mails) {
    line.write('MAIL FROM:<zx@zx.example>\r\nRCPT TO:<desk@desk.example>\r\nDATA\r\n');
    await heard(/^354 .*\r\n/m);
    line.write(mail);
    line.write('\r\n.\r\n');
    await heard(/^250 2\.0\.0 It is kept\r\n/m);
  }
  line.end('QUIT\r\n');
}

/** A mail whose HTML, words, subject, names and files are what somebody wrote. */
function mail(number, text) {
  const head = (words) => `=?utf-8?B?${Buffer.from(words.slice(0, 300)).toString('base64')}?=`;
  const kind = /\+ADw-/.test(text) ? 'utf-7' : 'utf-8';
  const part = (type, charset, words) => `--b\r\nContent-Type: ${type}; charset=${charset}\r\nContent-Transfer-Encoding: base64\r\n\r\n${Buffer.from(words).toString('base64').replace(/.{76}/g, '$&\r\n')}\r\n`;
  return `From: ${head(text)} <zx${number}@zx.example>\r\nTo: desk@desk.example\r\nMessage-ID: <${number}@zx.example>\r\nSubject: ${head(text)}\r\n`
    + 'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n'
    + `--b\r\nContent-Type: multipart/alternative; boundary=c\r\n\r\n${part('text/plain', 'utf-8', text).replace('--b', '--c')}${part('text/html', kind, text).replace('--b', '--c')}--c--\r\n`
    + `--b\r\nContent-Type: text/html; name="${head(text)}"\r\nContent-Disposition: attachment; filename="${head(text)}.html"\r\n\r\n<script>canary('file')</script>\r\n--b--`;
}

async function api(method, at, body) {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const answer = await fetch(`${home.address}/api/v1/${at}`, { method, headers, body: body && JSON.stringify(body) });
  assert.ok(answer.ok, `${method} ${at}: ${answer.status} ${await answer.clone().text()}`);
  return answer.json();
}

/** All records of a list. */
async function all(what) {
  const items = [];
  let next = '';
  do {
    const page = await api('GET', `${what}?limit=100${next && `&after=${encodeURIComponent(next)}`}`);
    items.push(...page.items);
    next = page.next ?? '';
  } while (next);
  return items;
}

/** Waits until the house has handled so many mails. */
async function handled(count) {
  for (let tries = 0; tries < 600; tries += 1) {
    const mails = await all('messages');
    if (mails.length >= count) return mails;
    await new Promise((resolve) => { setTimeout(resolve, 200); });
  }
  return assert.fail('the mails are not handled');
}

test('there are more than five hundred of them', () => {
  assert.ok(ALL.length > 500);
  assert.equal(new Set(ALL.map(({ id }) => id)).size, ALL.length);
});

test('by mail nothing runs, asks or leaves, on the page of the mail, in its frame and on its request', async () => {
  // What may take others into itself has a mail of its own.
  const single = ALL.filter(({ encoding, swallows }) => swallows && ELEMENTS.has(encoding)).map(({ text }) => text);
  const together = (some, size) => chunks(some, size).map((few) => few.map(({ text }) => text).join('\r\n<hr>\r\n'));
  const elements = together(ALL.filter(({ encoding, swallows }) => !swallows && ELEMENTS.has(encoding)), 16);
  const words = together(ALL.filter(({ encoding }) => !ELEMENTS.has(encoding)), 20);
  const texts = [...single, ...elements, ...words];
  await deliver(texts.map((text, number) => mail(number, text)));
  const mails = await handled(texts.length);
  assert.equal(mails.length, texts.length);
  await opened(mails.map(({ id }) => `/messages/${id}/html`), theirs);
  await opened(mails.map(({ id }) => `/messages/${id}`), ours);
  const requests = [...new Set(mails.map(({ request }) => request).filter(Boolean))];
  assert.ok(requests.length > 150, `${requests.length} requests`);
  // There they are words, all shown in the same way.
  await opened(requests.filter((_, place) => place % 3 === 0).map((id) => `/requests/${id}`), ours);
});

test('by the public form and by the API they are words', async () => {
  const some = chunks(ALL, 130);
  for (const [number, group] of some.entries()) {
    const context = await chromium.newContext({ javaScriptEnabled: false });
    const page = await open(context, `${home.address}/ask`);
    await page.waitForTimeout(2100);
    await page.fill('#name', group[0].text.slice(0, 100));
    await page.fill('#email', `zx${number}@form.example`);
    await page.fill('#subject', group[1].text.replace(/\s/g, ' ').slice(0, 190));
    await page.fill('#body', group.map(({ text }) => (text.length < 1000 ? text : '')).join('\n').replaceAll('\0', '').slice(0, 49000));
    await page.click('button[type=submit]');
    await page.waitForSelector('h1:has-text("Thank you")');
    assert.deepEqual(page.complaints, []);
    await context.close();
  }
  const plain = ALL.map(({ text }) => text.replaceAll('\0', '').replace(/[\r\n\f\t]/g, ' ')).filter((text) => text.length < 1000);
  const made = [];
  for (const [number, group] of chunks(plain, 24).entries()) {
    const [name, subject, ...body] = group;
    made.push(await api('POST', 'requests', {
      name: (name ?? 'zx').slice(0, 100), email: `zx${number}@api.example`, subject: (subject ?? 'zx').slice(0, 190), body: body.join('\n'),
    }));
  }
  await opened(made.map(({ id }) => `/requests/${id}`), ours);
});

test('in a list of clients they are words', async () => {
  const plain = ALL.map(({ text }) => text.replaceAll('\0', '').replace(/[\r\n\f\t]/g, ' ')).filter((text) => text.length < 300);
  const cell = (text = '', most = 150) => `"${text.slice(0, most).replaceAll('"', '""')}"`;
  const rows = chunks(plain, 4).map(([company, first, last, title], number) => [
    cell(company), cell(first, 70), cell(last, 70), `zx${number}@list.example`, cell(title), number % 10 === 0 ? cell(company) : '+49 30 1234567',
  ].join(','));
  const file = path.join(home.folder, 'list.csv');
  await writeFile(file, `Company Name,First Name,Last Name,Email,Job Title,Phone Number\n${rows.join('\n')}\n`);
  const { context, found } = await watched();
  const page = await open(context, `${home.address}/clients/import`);
  await page.setInputFiles('input[type=file]', file);
  await page.click('main form button[type=submit]');
  await page.waitForURL(/\/clients\/imports\//);
  await page.click('main form[action$="/mapping"] button[type=submit]');
  await page.waitForSelector('form[action$="/run"] button', { state: 'attached' });
  assert.deepEqual(await page.evaluate(ours), []);
  const [answer] = await Promise.all([
    page.waitForResponse((one) => one.request().method() === 'POST' && one.url().endsWith('/run')),
    page.evaluate(() => document.querySelector('form[action$="/run"]').requestSubmit()),
  ]);
  assert.equal(answer.status(), 303);
  const report = new URL(page.url()).pathname;
  await context.close();
  assert.deepEqual(found, []);
  // It is taken in beside the pages.
  let clients = [];
  for (let tries = 0; tries < 200 && clients.length < 100; tries += 1) {
    await new Promise((resolve) => { setTimeout(resolve, 300); });
    clients = await all('clients');
  }
  assert.ok(clients.length > 100, `${clients.length} clients`);
  // What could not be taken in is listed with its reason.
  await opened([report, `${report}?show=wrong`, ...clients.slice(0, 80).map(({ id }) => `/clients/${id}`)], ours);
});

test('lists, searches and what is taken out show them as words', async () => {
  await opened([
    '/', '/requests', '/requests?view=unassigned', '/messages/aside', '/clients', '/clients/duplicates', '/search?q=script', '/search?q=onerror',
    '/search?q=%3Cimg%20src%3Dx%20onerror%3Dcanary(1)%3E', '/search?q=%22%20autofocus%20onfocus%3D%22canary(1)',
  ], ours);
});
