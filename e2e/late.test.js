// A request that nobody acknowledges: in a made-up company where an hour is a second, its clock runs out and it is
// escalated by itself.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { after, before, test } from 'node:test';
import { browser, open } from './browser.js';

const SUBJECT = 'A bill that nobody looks at';

let chromium;
let demo;
let said = '';

before(async () => {
  chromium = await browser();
  demo = spawn(process.env.KEPT_PROGRAM, ['demo', '--no-open', '--port', '7460', '--months', '2', '--speed', '3600'], { stdio: ['ignore', 'pipe', 'ignore'] });
  await new Promise((resolve, reject) => {
    demo.once('exit', (status) => reject(new Error(`the demo ended with status ${status}`)));
    demo.stdout.on('data', (bytes) => {
      said += bytes;
      if (/What a changed SOP/.test(said)) resolve();
    });
  });
});
after(async () => {
  await chromium?.close();
  const ended = new Promise((resolve) => { demo?.once('exit', resolve); });
  demo?.kill();
  await ended;
});

async function signedIn(address) {
  const line = said.split('\n').find((one) => one.includes('client service representative'));
  const page = await open(await chromium.newContext(), `${address}/sign-in`);
  await page.fill('#email', line.match(/\S+@\S+/)[0]);
  await page.fill('#password', said.match(/password of all is +(.+)/)[1].trim());
  await page.click('main button[type=submit].is-primary');
  await page.waitForSelector('.rail');
  return page;
}

test('what nobody acknowledges is escalated by itself', async () => {
  const [, address] = said.match(/The desk +(http:\/\/[^/\s]+)/);
  const client = await open(await chromium.newContext(), `${address}/ask`);
  await client.waitForTimeout(2200);
  await client.fill('#name', 'Ruth Brennan');
  await client.fill('#email', 'ruth@brennan.example');
  await client.fill('#subject', SUBJECT);
  await client.fill('#body', 'We were billed for twelve scales and have eleven.');
  await client.click('button[type=submit]');
  await client.waitForSelector('h1:has-text("Thank you")');
  const page = await signedIn(address);
  await page.goto(`${address}/requests?view=unassigned`);
  await page.click(`a[data-row-open]:has-text("${SUBJECT}")`);
  await page.waitForSelector(`h1:has-text("${SUBJECT}")`);
  // Over a weekend and a holiday at most. The page is loaded again and again, since a session here ends after some seconds of rest.
  const owed = page.locator('section:has(h2:has-text("What we owe now"))');
  const until = Date.now() + 150000;
  while (!/Escalated: Acknowledge/.test(await owed.textContent())) {
    assert.ok(Date.now() < until, `it is not escalated: ${await owed.textContent()}`);
    await page.waitForTimeout(1000);
    await page.reload();
  }
  assert.match(await page.textContent('.clocks'), /Acknowledge\s*overdue/);
  assert.deepEqual(page.complaints, []);
});
