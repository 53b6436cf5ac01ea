// Passkeys in a real browser, with the authenticator that Chromium has for tests: made after the password, used to sign in,
// offered in the field of the email, refused when a copy is used, removed.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { after, before, test } from 'node:test';
import { browser, findings, open } from './browser.js';

const PASSWORD = 'seven grey herons';
let desk;
let chromium;

before(async () => {
  desk = await serveDesk();
  chromium = await browser();
  await within({}, async (context) => {
    const page = await open(context, desk.first);
    await page.fill('[name=name]', 'Helen Strand');
    await page.fill('[name=email]', 'helen@desk.example');
    await page.fill('[name=password]', PASSWORD);
    await page.fill('[name=again]', PASSWORD);
    await page.click('button[type=submit]');
    await page.waitForURL('**/me');
  });
});
after(async () => {
  await chromium?.close();
  desk?.child.kill();
});

/** Starts the desk: its address, and the link for the first administrator, which it prints. */
async function serveDesk() {
  const child = spawn(process.env.KEPT_DESK, ['0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const first = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (status) => reject(new Error(`the desk ended with status ${status}`)));
    let said = '';
    child.stdout.on('data', (bytes) => {
      said += bytes;
      const found = said.match(/http:\S+(?=\s)/);
      if (found) resolve(found[0]);
    });
  });
  return { child, first, address: new URL(first).origin };
}

async function within(options, run) {
  const context = await chromium.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  context.setDefaultTimeout(10000);
  try {
    await run(context);
  } finally {
    await context.close();
  }
}

/** Puts an authenticator beside a page; `does` changes what it is. */
async function authenticator(page, does = {}) {
  const session = await page.context().newCDPSession(page);
  await session.send('WebAuthn.enable');
  const options = {
    protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true,
    automaticPresenceSimulation: true, ...does,
  };
  const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', { options });
  return {
    /** What it keeps, with its private keys. */
    kept: async () => (await session.send('WebAuthn.getCredentials', { authenticatorId })).credentials,
    take: (credential) => session.send('WebAuthn.addCredential', { authenticatorId, credential }),
    clear: () => session.send('WebAuthn.clearCredentials', { authenticatorId }),
    verified: (isUserVerified) => session.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified }),
    /** Whether a touch comes by itself. */
    touched: (enabled) => session.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId, enabled }),
  };
}

async function byPassword(page) {
  await page.goto(`${desk.address}/sign-in`);
  await page.fill('#email', 'helen@desk.example');
  await page.fill('#password', PASSWORD);
  await page.press('#password', 'Enter');
  await page.waitForURL('**/me');
}

async function add(page, name) {
  await page.fill('#passkey-name', name);
  await page.fill('#passkey-password', PASSWORD);
  await page.click('text=Add a passkey');
  await page.click('text=Create the passkey');
  await page.waitForSelector('.toast:has-text("The passkey is added")');
}

/** Signs out, and waits until the page has asked the browser for a passkey to offer. */
async function signOut(page) {
  const asked = page.waitForResponse('**/sign-in/passkey');
  await page.click('.page-tools >> text=Sign out');
  await page.waitForURL('**/sign-in');
  await (await asked).finished();
  await page.evaluate(() => new Promise((done) => { requestAnimationFrame(() => setTimeout(done)); }));
}

async function remove(page, name) {
  await page.click(`[aria-label="Remove ${name}"]`);
  await page.waitForURL('**/removal');
  await page.fill('#password', PASSWORD);
  await page.click('text=Remove the passkey');
  await page.waitForSelector('.toast:has-text("The passkey is removed")');
}

test('a passkey is made, lets in, and is gone after its removal', () => within({}, async (context) => {
  const page = await open(context, desk.address);
  const device = await authenticator(page);
  await byPassword(page);
  await add(page, 'Work laptop');
  assert.equal((await device.kept()).length, 1);
  assert.deepEqual(await findings(page), []);
  await device.touched(false);
  await signOut(page);
  assert.deepEqual(await findings(page), []);
  await device.touched(true);
  await page.click('text=Sign in with a passkey');
  await page.waitForURL('**/me');
  assert.match(await page.textContent('#passkeys tbody'), /Work laptop.*just now/s);
  // The same device is not asked for a second one.
  await page.fill('#passkey-name', 'Again');
  await page.fill('#passkey-password', PASSWORD);
  await page.click('text=Add a passkey');
  assert.deepEqual(await findings(page), []);
  await page.click('text=Create the passkey');
  await page.waitForSelector('text=This device has a passkey for you already.');
  await page.goto(`${desk.address}/me`);
  await remove(page, 'Work laptop');
  await device.touched(false);
  await signOut(page);
  await device.touched(true);
  await page.click('text=Sign in with a passkey');
  await page.waitForSelector('text=This passkey does not let you in here');
  assert.deepEqual(await findings(page), []);
  assert.deepEqual(page.complaints, []);
}));

test('the browser offers the passkey for the field of the email', () => within({}, async (context) => {
  const page = await open(context, desk.address);
  const device = await authenticator(page);
  await byPassword(page);
  await add(page, 'Phone');
  await device.touched(false);
  await signOut(page);
  // With a touch that comes by itself the offer is taken as soon as the page asks.
  await device.touched(true);
  await page.reload();
  await page.waitForURL('**/me');
  await device.touched(false);
  await remove(page, 'Phone');
  assert.deepEqual(page.complaints, []);
}));

test('a person who is not verified is not let in', () => within({}, async (context) => {
  const page = await open(context, desk.address);
  const device = await authenticator(page);
  await byPassword(page);
  await add(page, 'Shared tablet');
  await device.touched(false);
  await signOut(page);
  await device.verified(false);
  await device.touched(true);
  await page.click('text=Sign in with a passkey');
  await page.waitForSelector('text=No passkey was used.');
  assert.equal(new URL(page.url()).pathname, '/sign-in');
  await byPassword(page);
  await remove(page, 'Shared tablet');
}));

test('of a passkey and its copy the one that counts back is refused', () => within({}, async (context) => {
  const page = await open(context, desk.address);
  const device = await authenticator(page);
  await byPassword(page);
  await add(page, 'Security key');
  const [copy] = await device.kept();
  await device.touched(false);
  for (let round = 0; round < 2; round += 1) {
    await signOut(page);
    await device.touched(true);
    await page.click('text=Sign in with a passkey');
    await page.waitForURL('**/me');
    await device.touched(false);
  }
  await signOut(page);
  await device.clear();
  await device.take(copy);
  await device.touched(true);
  await page.click('text=Sign in with a passkey');
  await page.waitForSelector('text=a copy of it may be in other hands');
  await device.touched(false);
  await byPassword(page);
  await page.waitForSelector('#passkeys >> text=Refused on');
  assert.deepEqual(await findings(page), []);
  await remove(page, 'Security key');
}));

test('without a script nothing of passkeys is offered, and the password lets in', () => within({ javaScriptEnabled: false }, async (context) => {
  const page = await open(context, `${desk.address}/sign-in`);
  assert.equal(await page.isVisible('text=Sign in with a passkey'), false);
  await page.fill('#email', 'helen@desk.example');
  await page.fill('#password', PASSWORD);
  await page.press('#password', 'Enter');
  await page.waitForURL('**/me');
  assert.equal(await page.isVisible('text=Add a passkey'), false);
  assert.equal(await page.isVisible('text=This browser cannot make passkeys'), true);
}));

for (const colorScheme of ['light', 'dark']) {
  test(`in ${colorScheme} at 360 px nothing scrolls sideways and axe finds nothing`, () => within({ colorScheme, viewport: { width: 360, height: 800 } }, async (context) => {
    const page = await open(context, desk.address);
    const device = await authenticator(page);
    await byPassword(page);
    await add(page, 'A passkey with quite a long name, on the laptop at home');
    await device.touched(false);
    const look = async (name) => {
      assert.deepEqual(await findings(page), [], name);
      const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(over <= 0, `${name} is ${over} px too wide`);
      if (process.env.KEPT_SHOTS) await page.screenshot({ path: `${process.env.KEPT_SHOTS}/${name}-${colorScheme}.png`, fullPage: true });
    };
    await look('me');
    await page.click('[aria-label^="Remove A passkey"]');
    await page.waitForURL('**/removal');
    await look('removal');
    await page.goto(`${desk.address}/me`);
    await page.fill('#passkey-name', 'Another');
    await page.fill('#passkey-password', PASSWORD);
    await page.click('text=Add a passkey');
    await page.waitForSelector('text=Create the passkey');
    await look('new');
    await page.goto(`${desk.address}/me`);
    await remove(page, 'A passkey with quite a long name, on the laptop at home');
    await signOut(page);
    await page.waitForSelector('text=Sign in with a passkey');
    await look('sign-in');
  }));
}
