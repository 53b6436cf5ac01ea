// The whole path of a request: a client asks by the web form, somebody acknowledges, answers and resolves it, the client confirms
// by the link in the mail, and it is closed. By keys alone, on a phone, and without a script; then two people on one request.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { browser, findings, open } from './browser.js';
import { JONAS, MAYA, desk, post, untroubled } from './desk.js';
import { enter, write } from './house.js';

let chromium;
let home;
let maya;
let jonas;
let mail;

before(async () => {
  chromium = await browser();
  const made = await desk(chromium, [MAYA, JONAS]);
  home = made.home;
  [maya, jonas] = made.signed;
  mail = await post(chromium, home, made.admin);
});
after(async () => {
  mail?.stop();
  await chromium?.close();
  await home?.stop();
});

const KEYS = { press: enter, fill: write };
const POINTER = { press: (page, selector) => page.click(selector), fill: (page, selector, text) => page.fill(selector, text) };
const DESK = { viewport: { width: 1280, height: 800 } };
const PHONE = { viewport: { width: 360, height: 740 } };

/** Opens a page in a browser of its own. */
async function at(path, options) {
  const context = await chromium.newContext(options);
  context.setDefaultTimeout(20000);
  return open(context, path.startsWith('http') ? path : `${home.address}${path}`);
}

/** Nothing that axe finds, and nothing that scrolls sideways. Without a script of the page's own axe does not run either. */
async function proper(page, { javaScriptEnabled = true }) {
  if (!javaScriptEnabled) return;
  await page.waitForFunction(() => !document.documentElement.hasAttribute('aria-busy'));
  const found = await findings(page);
  assert.deepEqual(found.filter((line) => !line.includes('aria-busy')), []);
  const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(over <= 0, `${page.url()} is ${over} px too wide`);
}

async function done(page) {
  untroubled(page.context());
  await page.context().close();
}

/** A client asks by the web form. */
async function ask(subject, email, hand, options) {
  const page = await at('/ask', options);
  await proper(page, options);
  // A form that comes back faster than anybody writes is refused.
  await page.waitForTimeout(2200);
  await hand.fill(page, '#name', 'Ruth Brennan');
  await hand.fill(page, '#email', email);
  await hand.fill(page, '#subject', subject);
  await hand.fill(page, '#body', 'We were billed for twelve scales and have eleven.');
  await hand.press(page, 'button[type=submit]');
  await page.waitForSelector('h1:has-text("Thank you")');
  await proper(page, options);
  await done(page);
}

/** The client says by the link in the mail that it is settled. */
async function confirm(email, hand, options) {
  const link = await mail.letter(email, /http\S+\/confirm\/[\w-]+/);
  const page = await at(link, options);
  await page.waitForSelector('h1:has-text("Is this settled?")');
  await proper(page, options);
  await hand.press(page, 'main button');
  await page.waitForSelector('h1:has-text("Thank you")');
  await proper(page, options);
  await done(page);
}

async function wholePath(subject, email, hand, options) {
  await ask(subject, email, hand, options);
  const page = await at('/requests?view=unassigned', { ...options, storageState: maya });
  const told = (words) => page.waitForSelector(`.toast:has-text("${words}")`);
  await page.waitForSelector(`a:has-text("${subject}")`);
  await proper(page, options);
  await hand.press(page, `a[data-row-open]:has-text("${subject}")`);
  await page.waitForSelector(`h1:has-text("${subject}")`);
  await proper(page, options);
  await hand.fill(page, '#ack-why', 'We look at the invoice first');
  await hand.press(page, 'form[action$="/acknowledgement"] button');
  await told('leaves in ten seconds');
  await mail.letter(email, /We look at the invoice first/);
  await page.goto(page.url().replace(/\/acts\/.*/, ''));
  await hand.press(page, 'form[action$="/priority"] button');
  await told('Its priority is set.');
  await hand.fill(page, '#text', 'We found the mistake.');
  await hand.press(page, '#answer button[value=us]');
  await told('leaves in ten seconds');
  await mail.letter(email, /We found the mistake/);
  await page.goto(page.url().replace(/\/acts\/.*/, ''));
  await page.waitForSelector('.thread:has-text("We found the mistake")');
  await proper(page, options);
  await hand.press(page, '#close details summary');
  await hand.fill(page, '#resolution', 'A new invoice was sent.');
  await hand.press(page, 'form[action$="/resolution"] button');
  await told('It is resolved.');
  // Not yet: the gate says whose word is missing.
  await hand.press(page, 'form[action$="/closure"] button');
  await page.waitForSelector('.notice:has-text("SR 4.6")');
  await proper(page, options);
  await confirm(email, hand, options);
  await page.goto(page.url().replace(/\/acts\/.*/, ''));
  await hand.press(page, 'form[action$="/closure"] button');
  await told('It is closed.');
  await proper(page, options);
  await page.goto(`${home.address}/requests?view=closed`);
  await page.waitForSelector(`a:has-text("${subject}")`);
  await done(page);
}

test('the whole path by keys alone', () => wholePath('A bill by keys', 'keys@brennan.example', KEYS, DESK));

test('the whole path on a phone', () => wholePath('A bill by phone', 'phone@brennan.example', POINTER, PHONE));

test('the whole path without a script', () => wholePath('A bill in plain', 'plain@brennan.example', POINTER, { ...DESK, javaScriptEnabled: false }));

test('two on one request see each other, and neither overwrites or loses what was written', async () => {
  await ask('A bill for two', 'two@brennan.example', POINTER, DESK);
  const hers = await at('/requests?view=unassigned', { ...DESK, storageState: maya });
  await hers.click('a[data-row-open]:has-text("A bill for two")');
  await hers.waitForSelector('h1:has-text("A bill for two")');
  const his = await at(new URL(hers.url()).pathname, { ...DESK, storageState: jonas });
  await his.waitForSelector('.looking:has-text("Maya Okonkwo looks at this too")');
  await hers.waitForSelector('.looking:has-text("Jonas Weber looks at this too")');
  await his.fill('#text', 'His answer, written for long');
  await hers.fill('#text', 'Her answer');
  await hers.click('#answer button[value=us]');
  await hers.waitForSelector('.toast:has-text("leaves in ten seconds")');
  // What he has begun to write is not taken from him by the refresh of his page.
  assert.equal(await his.inputValue('#text'), 'His answer, written for long');
  await his.click('#answer button[value=us]');
  await his.waitForSelector('.notice:has-text("Somebody has changed this request")');
  assert.equal(await his.inputValue('#text'), 'His answer, written for long');
  assert.match(await his.textContent('main'), /Her answer/);
  await proper(his, {});
  await his.click('#answer button[value=us]');
  await his.waitForSelector('.toast:has-text("leaves in ten seconds")');
  await his.waitForSelector('.thread:has-text("His answer")', { timeout: 30000 });
  const thread = await his.textContent('.thread');
  assert.match(thread, /Her answer[^]*His answer, written for long/);
  assert.equal(thread.match(/Her answer/g).length, 1);
  await done(his);
  await done(hers);
});
