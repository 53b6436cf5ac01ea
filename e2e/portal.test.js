// A client comes in by a link, on a phone and without a script, reads how it stands, writes after a code, says that it is settled; fills
// in an intake form by a link of its own, and anybody a form of feedback.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { browser, findings, open } from './browser.js';
import { MAYA, desk, post } from './desk.js';

let home;
let chromium;
let admin;
let maya;
let letters;

const PHONE = { viewport: { width: 360, height: 740 } };
const PLAIN = { ...PHONE, javaScriptEnabled: false };

before(async () => {
  chromium = await browser();
  const made = await desk(chromium, [MAYA]);
  ({ home, admin } = made);
  [maya] = made.signed;
  letters = await post(chromium, home, admin);
});
after(async () => {
  await letters?.stop?.();
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

/** Nothing that axe finds in either light, and nothing that scrolls sideways. */
async function proper(page) {
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme });
    // Colours change over 120 ms, and half-way is neither.
    await page.waitForTimeout(400);
    const found = await findings(page);
    assert.deepEqual(found.filter((line) => !line.includes('aria-busy')), []);
  }
  const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(over <= 0, `${page.url()} is ${over} px too wide`);
}

async function narrow(page) {
  const widths = await page.locator('html').evaluate((root) => [root.scrollWidth, innerWidth]);
  assert.ok(widths[0] <= widths[1], `${page.url()} is ${widths[0]} px wide`);
}

/** What stands in the newest letter to this address that has it, of those after so many. */
async function newest(to, pattern, after = 0) {
  for (let tries = 0; tries < 120; tries += 1) {
    const found = letters.all().slice(after).filter((one) => one.to.includes(to) && pattern.test(one.text)).at(-1);
    if (found) return found.text.match(pattern)[0];
    await new Promise((resolve) => { setTimeout(resolve, 250); });
  }
  return assert.fail(`no letter to ${to} has ${pattern}`);
}

const RUTH = 'ruth@brennan.example';
const DOOR = /\/portal\/enter\/[\w-]{32}/;

test('the portal is opened, with a preview', () => within({ storageState: admin }, async (context) => {
  const page = await open(context, `${home.address}/settings/portal`);
  await page.fill('#colour', '#7a1f5c');
  await page.fill('#greeting_en', 'Everything that is open between us.');
  await page.click('button:has-text("Preview"):not(:has-text("German"))');
  await page.frameLocator('iframe').locator('h1:has-text("See how we stand")').waitFor();
  await page.check('#open');
  await page.click('button:has-text("Save")');
  await page.waitForSelector('text=The portal is open.');
}));

test('a request is opened and resolved for a client', () => within({ storageState: maya }, async (context) => {
  const page = await open(context, `${home.address}/requests/new`);
  await page.fill('#name', 'Ruth Brennan');
  await page.fill('#email', RUTH);
  await page.fill('#subject', 'Invoice 1182 is wrong');
  await page.fill('#body', 'We were billed for twelve scales and have eleven.');
  await page.click('main form button.is-primary');
  await page.waitForSelector('h1:has-text("Invoice 1182 is wrong")');
  await page.click('summary:has-text("Resolve")');
  await page.fill('#resolution', 'The invoice was corrected.');
  await page.click('button:has-text("Resolve")');
  await page.waitForSelector('text=Resolved: The invoice was corrected.');
}));

test('a client comes in by a link, reads, writes after a code and says that it is settled, without a script', () => within(PLAIN, async (context) => {
  const page = await open(context, `${home.address}/portal`);
  await narrow(page);
  await page.fill('#email', RUTH);
  await page.click('main button[type=submit]');
  await page.waitForSelector('text=Look into your mailbox');
  await page.goto(home.address + await newest(RUTH, DOOR));
  await page.click('main button[type=submit]');
  await page.waitForSelector('h2:has-text("What we promised you")');
  await narrow(page);
  await page.click('a:has-text("Invoice 1182 is wrong") >> nth=0');
  await page.waitForSelector('text=Is this settled?');
  await narrow(page);
  await page.click('#reply button[type=submit]');
  await page.waitForSelector('h1:has-text("Enter the code")');
  await page.fill('#code', (await newest(RUTH, /code is \d{6}/)).slice(-6));
  await page.click('main form.portal-card button[type=submit]');
  await page.waitForSelector('#text');
  await page.fill('#text', 'Thank you, that was quick.');
  await page.setInputFiles('#files', { name: 'proof.txt', mimeType: 'text/plain', buffer: Buffer.from('eleven') });
  await page.click('#reply button[type=submit]');
  await page.waitForSelector('text=Thank you, that was quick.');
  await page.waitForSelector('text=proof.txt');
  await page.click('button:has-text("Yes, it is settled")');
  await page.waitForSelector('text=settled');
  await page.goto(`${home.address}/portal/ask`);
  await page.fill('#subject', 'Yearly calibration');
  await page.fill('#body', 'Eleven scales.');
  await page.click('main button.is-primary');
  await page.waitForSelector('h1:has-text("Yearly calibration")');
  await page.goto(`${home.address}/portal/consents`);
  await page.click('form[action="/portal/consents/survey"] button');
  await page.waitForSelector('text=You allow this since');
  await narrow(page);
}));

test('its pages pass axe in light and dark, on a phone and a desk', async () => {
  for (const viewport of [PHONE.viewport, { width: 1280, height: 800 }]) {
    await within({ viewport }, async (context) => {
      const page = await open(context, `${home.address}/portal`);
      await proper(page);
      const before = letters.all().length;
      await page.fill('#email', RUTH);
      await page.click('main button[type=submit]');
      await page.waitForSelector('text=Look into your mailbox');
      await proper(page);
      await page.goto(home.address + await newest(RUTH, DOOR, before));
      await page.waitForSelector('h1:has-text("Welcome")');
      await proper(page);
      await page.click('main button[type=submit]');
      await page.waitForSelector('h2:has-text("What we promised you")');
      for (const place of ['/portal', '/portal/requests', '/portal/ask', '/portal/details', '/portal/consents', '/portal/code']) {
        await page.goto(`${home.address}${place}`);
        await proper(page);
      }
    });
  }
});

test('a form is made, sent and filled in without a script, and stands in the record', async () => {
  await within({ storageState: maya }, async (context) => {
    const page = await open(context, `${home.address}/forms`);
    await page.selectOption('#kind', 'intake');
    await page.click('button:has-text("Make it")');
    await page.waitForSelector('button:has-text("Publish")');
    await proper(page);
    await page.click('button:has-text("Publish")');
    await page.waitForSelector('text=version 1 is filled in');
    await page.goto(`${home.address}/clients`);
    await page.click('a:has-text("Ruth Brennan")');
    await page.waitForSelector('h1:has-text("Ruth Brennan")');
    await page.goto(`${page.url()}/forms`);
    await proper(page);
    await page.click('button:has-text("Send the link")');
    await page.waitForSelector('text=waits');
  });
  await within(PLAIN, async (context) => {
    const page = await open(context, home.address + await newest(RUTH, /\/f\/for\/[\w-]{32}/));
    await narrow(page);
    assert.equal(await page.inputValue('input[name=f1]'), 'Ruth Brennan');
    await page.fill('textarea[name=f5]', 'Hamngatan 2, Turku');
    await page.fill('textarea[name=f9]', 'Fewer wrong invoices');
    await page.click('button[type=submit]');
    await page.waitForSelector('h1:has-text("Thank you")');
  });
  await within({ storageState: maya }, async (context) => {
    const page = await open(context, `${home.address}/clients`);
    await page.click('a:has-text("Ruth Brennan")');
    await page.waitForSelector('text=Hamngatan 2, Turku');
  });
});
