// A client comes in by a link, on a phone and without a script, reads how it stands, writes after a code, says that it is settled; begins an
// intake form by a link of its own, goes on later with files and consents, and changes its address and takes that back.
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
  // The mail that says so leads to the portal, where the rest is, and nowhere else.
  await newest(RUTH, /\/portal\/requests\/[\w-]{36}/);
  assert.ok(!letters.all().some((one) => /\/confirm\//.test(one.text)));
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

/** A browser that a client has come in with, and that may act. */
async function letIn(context, email) {
  const page = await open(context, `${home.address}/portal`);
  let before = letters.all().length;
  await page.fill('#email', email);
  await page.click('main button[type=submit]');
  await page.waitForSelector('text=Look into your mailbox');
  await page.goto(home.address + await newest(email, DOOR, before));
  await page.click('main button[type=submit]');
  await page.waitForSelector('h2:has-text("What we promised you")');
  before = letters.all().length;
  await page.goto(`${home.address}/portal/ask`);
  await page.click('main button[type=submit]');
  await page.waitForSelector('h1:has-text("Enter the code")');
  await page.fill('#code', (await newest(email, /code is \d{6}/, before)).slice(-6));
  await page.click('main form.portal-card button[type=submit]');
  await page.waitForSelector('#subject');
  return page;
}

async function onClient(context, name = 'Ruth Brennan') {
  const page = await open(context, `${home.address}/clients`);
  await page.click(`a:has-text("${name}")`);
  await page.waitForSelector(`h1:has-text("${name}")`);
  return page;
}

test('a form is made with a purpose and a reminder, and sent', () => within({ storageState: maya }, async (context) => {
  const page = await open(context, `${home.address}/forms`);
  await page.selectOption('#kind', 'intake');
  await page.click('button:has-text("Make it")');
  await page.waitForSelector('button:has-text("Publish")');
  await page.waitForSelector('text=goes to Consent: marketing');
  await page.waitForSelector('text=goes to Client: documents');
  await page.click('summary:has-text("Add a field")');
  await page.fill('#label', 'You may name me as a reference');
  await page.selectOption('#kind', 'consent');
  await page.selectOption('#maps', 'consent.publication');
  await page.click('button:has-text("Add it")');
  await page.waitForSelector('text=The field is added.');
  await page.fill('#days', '2');
  await page.click('form[action$="/reminders"] button');
  await page.waitForSelector('text=It counts from the next letter on.');
  await proper(page);
  await page.click('button:has-text("Publish")');
  await page.waitForSelector('text=version 1 is filled in');
  const client = await onClient(context);
  await client.goto(`${client.url()}/forms`);
  await proper(client);
  await client.click('button:has-text("Send the link")');
  await client.waitForSelector('text=waits, looked at again on');
}));

test('it is begun without a script, goes on with one, and stands in the record with its files and consents', async () => {
  const link = home.address + await newest(RUTH, /\/f\/for\/[\w-]{32}/);
  await within(PLAIN, async (context) => {
    const page = await open(context, link);
    await narrow(page);
    assert.equal(await page.inputValue('input[name=f1]'), 'Ruth Brennan');
    await page.fill('textarea[name=f5]', 'Hamngatan 2, Turku');
    await page.setInputFiles('#f13', [{ name: 'scales.txt', mimeType: 'text/plain', buffer: Buffer.from('eleven') }]);
    await page.click('button:has-text("Save, go on later")');
    await page.waitForSelector('text=It is saved, and not sent yet.');
    await page.waitForSelector('text=scales.txt');
    await narrow(page);
  });
  await within({ storageState: maya }, async (context) => {
    const page = await onClient(context);
    await page.goto(`${page.url()}/forms`);
    await page.waitForSelector('text=begun: 4 of 16 filled in');
  });
  await within(PHONE, async (context) => {
    const page = await open(context, link);
    await proper(page);
    assert.equal(await page.inputValue('textarea[name=f5]'), 'Hamngatan 2, Turku');
    await page.fill('textarea[name=f9]', 'Fewer wrong invoices');
    await page.press('textarea[name=f9]', 'Tab');
    await page.waitForSelector('#kept:has-text("Saved.")');
    await page.goto('about:blank');
    await page.goto(link);
    assert.equal(await page.inputValue('textarea[name=f9]'), 'Fewer wrong invoices');
    await page.check('input[name=f16]');
    await page.click('button.is-primary');
    await page.waitForSelector('h1:has-text("Thank you")');
  });
  await within({ storageState: maya }, async (context) => {
    const page = await onClient(context);
    await page.waitForSelector('text=Hamngatan 2, Turku');
    const client = page.url();
    await page.goto(`${client}/portal`);
    await page.waitForSelector('text=You may name me as a reference');
    await page.waitForSelector('a:has-text("Papers that we should have")');
    await proper(page);
    await page.goto(`${client}/forms`);
    await page.click('a:has-text("So that we know you")');
    await page.waitForSelector('a:has-text("scales.txt")');
    await proper(page);
    const [file] = await Promise.all([page.waitForEvent('download'), page.click('a:has-text("scales.txt")')]);
    assert.equal(file.suggestedFilename(), 'scales.txt');
  });
});

test('a client changes its address, and takes it back from the old one', async () => {
  const [NORA, NEW] = ['nora@lindt.example', 'nora@pumps.example'];
  await within({ storageState: maya }, async (context) => {
    const page = await open(context, `${home.address}/requests/new`);
    await page.fill('#name', 'Nora Lindt');
    await page.fill('#email', NORA);
    await page.fill('#subject', 'The pump hums');
    await page.fill('#body', 'Since Monday.');
    await page.click('main form button.is-primary');
    await page.waitForSelector('h1:has-text("The pump hums")');
  });
  await within(PHONE, async (context) => {
    const page = await letIn(context, NORA);
    await page.goto(`${home.address}/portal/details`);
    await page.click('a:has-text("Change it")');
    await page.waitForSelector('h1:has-text("Your address")');
    await proper(page);
    let before = letters.all().length;
    await page.fill('#email', NEW);
    await page.click('button:has-text("Send a code there")');
    await page.waitForSelector('text=Nothing has changed yet.');
    await proper(page);
    await page.fill('#code-new', (await newest(NEW, /code is \d{6}/, before)).slice(-6));
    before = letters.all().length;
    await page.click('button:has-text("This is my address now")');
    await page.waitForSelector(`text=${NEW}`);
    const back = await newest(NORA, /\/portal\/address\/back\/[\w-]{32}/, before);
    const other = await open(context, home.address + back);
    await proper(other);
    await other.click('button:has-text("Take it back")');
    await other.waitForSelector('text=Your address is the old one again');
    await page.goto(`${home.address}/portal/requests`);
    await page.waitForSelector('h1:has-text("See how we stand")');
  });
  await within({ storageState: maya }, async (context) => {
    const page = await onClient(context, 'Nora Lindt');
    await page.goto(`${page.url()}/portal`);
    await page.waitForSelector(`ins:has-text("${NEW}")`);
  });
});
