// A client asks by the web form, without a script and on a phone; somebody of client service acknowledges, answers, resolves and
// closes it; two people on one request are told of each other.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { browser, findings, open } from './browser.js';
import { MAYA, desk } from './desk.js';

let home;
let chromium;
let signed;

before(async () => {
  chromium = await browser();
  const made = await desk(chromium, [MAYA]);
  home = made.home;
  [signed] = made.signed;
});
after(async () => {
  await chromium?.close();
  await home?.stop();
});

async function within(options, work) {
  const context = await chromium.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  context.setDefaultTimeout(15000);
  try {
    await work(context);
    for (const page of context.pages()) assert.deepEqual(page.complaints, []);
  } finally {
    await context.close();
  }
}

/** Nothing that axe finds, and nothing that scrolls sideways. */
async function proper(page) {
  await page.waitForFunction(() => !document.documentElement.hasAttribute('aria-busy'));
  // A refresh of the live page may begin meanwhile.
  const found = await findings(page);
  assert.deepEqual(found.filter((line) => !line.includes('aria-busy')), []);
  const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(over <= 0, `${page.url()} is ${over} px too wide`);
}

const PHONE = { viewport: { width: 360, height: 740 } };

test('a client asks by the web form, on a phone and without a script', () => within({ ...PHONE, javaScriptEnabled: false }, async (context) => {
  const page = await open(context, `${home.address}/ask`);
  await page.waitForTimeout(2500);
  await page.fill('#name', 'Ruth Brennan');
  await page.fill('#email', 'ruth@brennan.example');
  await page.fill('#subject', 'Invoice 1182 is wrong');
  await page.fill('#body', 'We were billed for twelve scales and have eleven.');
  await page.setInputFiles('#files', { name: 'scales.txt', mimeType: 'text/plain', buffer: Buffer.from('one to eleven') });
  await page.click('button[type=submit]');
  await page.waitForSelector('h1:has-text("Thank you")');
  assert.match(await page.textContent('main'), /R-1001/);
  assert.doesNotMatch(await page.textContent('main'), /brennan/);
}));

test('it is found in the queue by keys, acknowledged, answered, resolved and closed', () => within({ storageState: signed }, async (context) => {
  const page = await open(context, `${home.address}/requests`);
  await page.waitForSelector('text=Invoice 1182 is wrong');
  await proper(page);
  await page.keyboard.press('j');
  await page.keyboard.press('x');
  assert.ok(await page.isChecked('tr.is-current input[name=pick]'));
  await page.keyboard.press('x');
  await page.click('a:has-text("Invoice 1182 is wrong")');
  await page.waitForSelector('h1:has-text("Invoice 1182 is wrong")');
  await page.waitForSelector('.thread a:has-text("scales.txt")');
  await proper(page);
  await page.fill('#ack-why', 'We look at the invoice first');
  await page.click('button:has-text("Acknowledge")');
  await page.waitForSelector('.toast:has-text("leaves in ten seconds")');
  await page.waitForSelector('.thread:has-text("We look at the invoice first")', { timeout: 30000 });
  await page.click('button:has-text("Take it")');
  await page.waitForSelector('.toast:has-text("changed hands")');
  await page.click('button:has-text("Set"):visible');
  await page.waitForSelector('.toast:has-text("Its priority is set.")');
  await page.keyboard.press('r');
  await page.keyboard.type('We found the mistake.');
  await page.click('#answer button[value=us]');
  await page.waitForSelector('.toast:has-text("leaves in ten seconds")');
  await page.click('.leaving button:has-text("Undo")');
  await page.waitForSelector('.notice:has-text("has not left")');
  assert.match(await page.inputValue('#text'), /We found the mistake/);
  await page.click('#answer button[value=us]');
  await page.waitForSelector('.leaving');
  await page.waitForSelector('.thread:has-text("We found the mistake")', { timeout: 30000 });
  await page.click('form[action$="/closure"] button');
  await page.waitForSelector('.notice:has-text("SR 4.6")');
  await page.click('summary:has-text("Resolve")');
  await page.fill('#resolution', 'A new invoice was sent.');
  await page.click('form[action$="/resolution"] button');
  await page.waitForSelector('.toast:has-text("It is resolved.")');
  await page.click('button:has-text("The client has confirmed it")');
  await page.waitForSelector('.toast:has-text("recorded")');
  await page.click('form[action$="/closure"] button');
  await page.waitForSelector('.toast:has-text("It is closed.")');
  await proper(page);
}));

test('a phone note is typed and read on a phone', () => within({ ...PHONE, storageState: signed }, async (context) => {
  const page = await open(context, `${home.address}/requests/new`);
  await proper(page);
  await page.fill('#name', 'Sanna Aalto');
  await page.fill('#email', 'sanna@aalto.example');
  await page.fill('#subject', 'Sensor reads high at night');
  await page.check('#read_back');
  await page.fill('#why_not', 'The log comes first');
  await page.click('main form[action="/requests"] button.is-primary');
  await page.waitForSelector('h1:has-text("Sensor reads high at night")');
  await proper(page);
  await page.goto(`${home.address}/requests`);
  await proper(page);
}));

test('what was done to several is still undone by its key when the live page has come again', () => within({ storageState: signed }, async (context) => {
  const page = await open(context, `${home.address}/requests`);
  const row = page.locator('tr:has-text("Sensor reads high at night")');
  await row.locator('input[name=pick]').check();
  await page.waitForSelector('#bulk [data-picked]:has-text("1 selected")');
  await page.fill('#bulk-tag', 'night');
  await page.click('#bulk button[value=tag]');
  await page.waitForSelector('#toast:has-text("Tag night: done on 1.")');
  // Somebody else's work has the queue fetched again meanwhile.
  const other = await open(context, `${home.address}/requests`);
  const [fetched] = await Promise.all([
    page.waitForResponse((answer) => answer.url() === page.url() && answer.request().method() === 'GET'),
    other.click('tr:has-text("Sensor reads high at night") button:has-text("Take")'),
  ]);
  assert.ok(fetched.ok());
  await page.waitForTimeout(2000);
  assert.ok(await page.isVisible('#toast button'), 'the way to undo it is still there');
  await page.keyboard.press('z');
  await page.waitForSelector('#toast:has-text("Taken back on 1.")');
  await other.close();
}));

test('a note keeps what was written while it is looked up who speaks', () => within({ storageState: signed }, async (context) => {
  const page = await open(context, `${home.address}/requests/new`);
  await page.fill('#subject', 'The gauge sticks');
  await page.fill('#body', 'Since this morning.');
  await page.fill('#who', 'Sanna');
  await page.click('button:has-text("Look")');
  await page.click('.names button >> nth=0');
  await page.waitForSelector('button:has-text("Somebody else")');
  assert.equal(await page.inputValue('#subject'), 'The gauge sticks');
  assert.equal(await page.inputValue('#body'), 'Since this morning.');
  await page.click('main form button.is-primary');
  await page.waitForSelector('h1:has-text("The gauge sticks")');
}));

test('two on one request are told of each other, and nothing is overwritten', () => within({ storageState: signed }, async (context) => {
  const page = await open(context, `${home.address}/requests`);
  await page.click('a:has-text("Sensor reads high at night")');
  await page.waitForSelector('h1');
  const other = await open(context, page.url());
  await page.click('summary:has-text("Set aside")');
  // In one step: the page is fetched anew when somebody else opens the request, and would have the right revision again.
  await page.evaluate(() => {
    const form = document.querySelector('form[action$="/snooze"]');
    form.querySelector('input[name=revision]').value = '0';
    [...form.querySelectorAll('button')].find((button) => button.textContent.includes('Until tomorrow')).click();
  });
  await page.waitForSelector('.notice:has-text("Somebody has changed this request")');
  await other.close();
}));
