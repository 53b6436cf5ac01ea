// The real program on a fresh house: started on a free port, stopped and thrown away at the end.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A house that nobody has an account in yet: its address, the link for the first, and how to run commands on it. */
export async function house(program = process.env.KEPT_PROGRAM, more = []) {
  const folder = await mkdtemp(path.join(tmpdir(), 'kept-e2e-'));
  const options = { cwd: folder, env: { PATH: process.env.PATH, HOME: folder } };
  const child = spawn(program, ['serve', '--listen', '127.0.0.1:0', ...more], { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  let wrong = '';
  child.stderr.on('data', (bytes) => { wrong += bytes; });
  const ended = new Promise((resolve) => { child.once('exit', resolve); });
  const address = await new Promise((resolve, reject) => {
    child.once('error', reject);
    ended.then((status) => reject(new Error(`${program} ended with status ${status}: ${wrong}`)));
    child.stdout.on('data', (bytes) => {
      said += bytes;
      const found = said.match(/ready at (http:\S+)/);
      if (found) resolve(found[1]);
    });
  });
  return {
    address,
    folder,
    /** The port at which it takes mail, where it was asked to. */
    mailPort: Number(said.match(/Mail is taken at \S+:(\d+)/)?.[1]),
    firstLink: said.match(/administrator: (\S+)/)?.[1],
    kept: (...args) => run(program, args, options),
    /** What the program complained about while it ran. */
    complaints: () => wrong.split('\n').filter((line) => line.startsWith('error')),
    stop: async () => {
      child.kill();
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The code of an app for a secret in base 32; `later` steps of 30 seconds from now. */
export function code(secret, later = 0) {
  const bits = [...secret.replace(/\s/g, '')].map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + later));
  const tag = createHmac('sha1', key).update(step).digest();
  const word = tag.readUInt32BE(tag[19] & 15) & 0x7fffffff;
  return String(word % 1_000_000).padStart(6, '0');
}

/** Goes to an element by Tab alone. Wherever the focus rests on the way it must be seen. */
export async function tabTo(page, selector) {
  const target = page.locator(selector).first();
  await target.waitFor({ state: 'attached' });
  for (let presses = 0; presses < 400; presses += 1) {
    await page.keyboard.press('Tab');
    const [there, seen, where] = await target.evaluate((wanted) => {
      const at = document.activeElement;
      if (!at || at === document.body) return [false, true, 'the page'];
      const style = getComputedStyle(at);
      const ring = style.outlineStyle !== 'none' && Number.parseFloat(style.outlineWidth) >= 1;
      const box = at.getBoundingClientRect();
      return [at === wanted, ring && box.width > 0 && box.height > 0, at.outerHTML.slice(0, 120)];
    });
    assert.ok(seen, `the focus cannot be seen on ${where}`);
    if (there) return;
  }
  assert.fail(`${selector} is not reached by Tab on ${page.url()}`);
}

/** Goes there by Tab and presses Enter: follows a link, sends a form. */
export async function enter(page, selector) {
  await tabTo(page, selector);
  await page.keyboard.press('Enter');
}

/** Goes to a field by Tab, which selects what is in it, and writes over it. */
export async function write(page, selector, text) {
  const there = await page.locator(selector).first().evaluate((field) => field === document.activeElement);
  if (!there) await tabTo(page, selector);
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.insertText(text);
}

/** Waits until the page of this path is there, with this heading. */
export async function arrive(page, at, heading) {
  await page.waitForURL((url) => (at instanceof RegExp ? at.test(url.pathname) : url.pathname === at));
  if (heading) await page.locator('h1', { hasText: heading }).first().waitFor();
}
