// The frame of the pages in a real browser: axe, policy, keys, live refresh, and all of it without a script.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { browser, findings, open, serve } from './browser.js';

const PAGES = ['/gallery', '/gallery/form', '/gallery/live', '/gallery/plain', '/gallery/failure/missing'];
let desk;
let chromium;

before(async () => {
  desk = await serve(process.env.KEPT_GALLERY, ['0']);
  chromium = await browser();
});
after(async () => {
  await chromium?.close();
  desk?.stop();
});

/** Runs with a context of its own and closes it. */
async function within(options, run) {
  const context = await chromium.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  context.setDefaultTimeout(10000);
  try {
    await run(context);
  } finally {
    await context.close();
  }
}

for (const colorScheme of ['light', 'dark']) {
  for (const width of [1280, 360]) {
    test(`axe finds nothing in ${colorScheme} at ${width} px, and nothing scrolls sideways`, () => within({ colorScheme, viewport: { width, height: 800 } }, async (context) => {
      for (const path of PAGES) {
        const page = await open(context, desk.address + path);
        assert.deepEqual(await findings(page), [], path);
        const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(over <= 0, `${path} is ${over} px too wide`);
        await page.close();
      }
    }));
  }
}

test('no page, visit, palette or card offends the policy', () => within({}, async (context) => {
  const page = await open(context, `${desk.address}/gallery`);
  await page.click('text=Requests');
  await page.waitForURL('**/gallery?at=requests');
  await page.hover('.duty .clause >> nth=1');
  await page.waitForSelector('#card:popover-open');
  assert.match(await page.textContent('#card'), /within 1 business hour/);
  assert.deepEqual(await findings(page), []);
  await page.keyboard.press('Escape');
  await page.waitForSelector('#card', { state: 'hidden' });
  await page.goto(`${desk.address}/gallery/form`);
  await page.fill('#subject', 'Invoice');
  await page.fill('#minutes', '5');
  await page.click('text=Log the call');
  await page.waitForSelector('.toast');
  await page.click('.toast button');
  await page.waitForSelector('.toast:has-text("as it was before")');
  assert.deepEqual(page.complaints, []);
}));

test('the palette is opened, searched and followed by keys alone', () => within({}, async (context) => {
  const page = await open(context, `${desk.address}/gallery`);
  await page.keyboard.press('Control+k');
  await page.waitForSelector('#palette[open] [role=option]');
  assert.deepEqual(await findings(page), []);
  await page.keyboard.type('aalto');
  await page.waitForFunction(() => document.querySelectorAll('#palette-found [role=option]').length === 2);
  await page.keyboard.press('ArrowDown');
  const active = await page.getAttribute('#palette input', 'aria-activedescendant');
  assert.equal(await page.getAttribute(`#${active}`, 'aria-selected'), 'true');
  await page.keyboard.press('Enter');
  await page.waitForURL('**/gallery/live');
  assert.deepEqual(page.complaints, []);
}));

test('keys lead to places, move the current row, and are listed', () => within({}, async (context) => {
  const page = await open(context, `${desk.address}/gallery`);
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  assert.match(await page.textContent('.duty.is-current'), /Firmware 3.2/);
  await page.keyboard.press('k');
  assert.match(await page.textContent('.duty.is-current'), /flow cells/);
  await page.keyboard.press('?');
  await page.waitForSelector('#keys[open]');
  assert.match(await page.textContent('#keys'), /g r.*Requests/s);
  assert.deepEqual(await findings(page), []);
  await page.keyboard.press('Escape');
  await page.keyboard.press('g');
  await page.keyboard.press('r');
  await page.waitForURL('**/gallery?at=requests');
  await page.goto(`${desk.address}/gallery/form`);
  await page.click('h1');
  await page.keyboard.press('Escape');
  await page.waitForURL('**/gallery/live');
}));

test('a refresh morphs the page and leaves alone what someone has begun', () => within({}, async (context) => {
  const page = await open(context, `${desk.address}/gallery/live`);
  const other = await open(context, `${desk.address}/gallery/live`);
  const count = Number(await page.textContent('#count'));
  await page.bringToFront();
  await page.click('summary:has-text("What is folded")');
  await page.click('#words');
  await page.keyboard.type('half a sentence');
  await other.click('text=Change it');
  await page.waitForFunction((before) => Number(document.querySelector('#count').textContent) === before + 1, count);
  assert.equal(await page.inputValue('#words'), 'half a sentence');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'words');
  assert.ok(await page.evaluate(() => document.querySelector('#folded').open));
  assert.equal(await page.inputValue('#seen'), String(count + 1), 'a form that nobody touched is refreshed');
  assert.deepEqual(page.complaints, []);
}));

test('all tabs share one stream, and another tab takes over when its holder goes', () => within({}, async (context) => {
  let streams = 0;
  context.on('request', (request) => { if (request.url().includes('/live?')) streams += 1; });
  const tabs = [];
  for (let tab = 0; tab < 3; tab += 1) tabs.push(await open(context, `${desk.address}/gallery/live`));
  const count = Number(await tabs[2].textContent('#count'));
  const changed = (tab, to) => tab.waitForFunction((want) => Number(document.querySelector('#count').textContent) === want, to);
  await tabs[2].click('text=Change it');
  for (const tab of tabs) await changed(tab, count + 1);
  assert.equal(streams, 1);
  await tabs[0].close();
  await tabs[2].click('text=Change it');
  for (const tab of tabs.slice(1)) await changed(tab, count + 2);
  assert.equal(streams, 2);
}));

test('light, dark and the folded rail are remembered', () => within({ colorScheme: 'light' }, async (context) => {
  const page = await open(context, `${desk.address}/gallery`);
  await page.click('[data-act=theme]');
  await page.click('[data-act=fold]');
  await page.reload();
  assert.equal(await page.getAttribute('html', 'data-theme'), 'dark');
  assert.ok(await page.evaluate(() => document.querySelector('.frame').matches('.is-folded')));
}));

test('without a script forms are refused, corrected and sent', () => within({ javaScriptEnabled: false }, async (context) => {
  const page = await open(context, `${desk.address}/gallery/form`);
  await page.fill('#subject', 'Invoice 1182');
  await page.fill('#minutes', 'soon');
  await page.click('text=Log the call');
  await page.waitForSelector('#minutes-error');
  assert.equal(await page.inputValue('#subject'), 'Invoice 1182');
  await page.fill('#minutes', '12');
  await page.click('text=Log the call');
  await page.waitForSelector('.toast:has-text("Invoice 1182, 12 m")');
  await page.click('text=Search or act');
  await page.waitForURL('**/search');
}));

test('a refused form shows its errors beside what was written, and what is corrected is sent', () => within({}, async (context) => {
  const page = await open(context, `${desk.address}/gallery/form`);
  await page.fill('#subject', 'Invoice 1182');
  await page.fill('#minutes', 'soon');
  await page.click('text=Log the call');
  await page.waitForSelector('#minutes-error');
  assert.equal(await page.inputValue('#subject'), 'Invoice 1182');
  assert.equal(await page.inputValue('#minutes'), 'soon');
  await page.fill('#minutes', '12');
  await page.click('text=Log the call');
  await page.waitForSelector('.toast:has-text("Invoice 1182, 12 m")');
  assert.deepEqual(page.complaints, []);
}));

test('a form that fails keeps what was written, and says over it what happened', () => within({}, async (context) => {
  const page = await open(context, `${desk.address}/gallery/live`);
  await page.fill('#words', 'half a sentence');
  await page.click('text=Send it while the server is busy');
  await page.waitForSelector('.notice:has-text("what you wrote is still in its form")');
  assert.equal(await page.inputValue('#words'), 'half a sentence');
  assert.deepEqual(await findings(page), []);
  await page.route('**/gallery/busy', (route) => route.abort());
  await page.click('text=Send it while the server is busy');
  await page.waitForSelector('.notice:has-text("The server does not answer")');
  assert.equal(await page.locator('.notice').count(), 1);
  assert.equal(await page.inputValue('#words'), 'half a sentence');
}));

test('without a script the way back from a failure leads to what was written', () => within({ javaScriptEnabled: false }, async (context) => {
  const page = await open(context, `${desk.address}/gallery/live`);
  await page.fill('#words', 'half a sentence');
  await page.click('text=Send it while the server is busy');
  await page.waitForSelector('h1:has-text("Not now")');
  await page.goBack();
  await page.waitForSelector('#words');
  assert.equal(await page.inputValue('#words'), 'half a sentence');
}));
