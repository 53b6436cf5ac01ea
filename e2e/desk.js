// A desk with people, in a house of its own: an administrator, and colleagues of client service, each with their session.
import assert from 'node:assert/strict';
import net from 'node:net';
import { open } from './browser.js';
import { house } from './house.js';

const SEND = 'main button[type=submit].is-primary';

const HELEN = { name: 'Helen Strand', email: 'helen@desk.example', password: 'copper kettle moss' };

/** Colleagues of client service. */
export const MAYA = { name: 'Maya Okonkwo', email: 'maya@desk.example', password: 'seven grey herons' };
export const JONAS = { name: 'Jonas Weber', email: 'jonas@desk.example', password: 'nine slow barges' };

async function choose(page, person) {
  await page.fill('#password', person.password);
  await page.fill('#again', person.password);
  await page.click(SEND);
}

/** The house, the administrator's session, and those of the colleagues in their order. */
export async function desk(chromium, colleagues, more = []) {
  const home = await house(process.env.KEPT_PROGRAM, more);
  const context = await chromium.newContext();
  const page = await open(context, home.firstLink);
  await page.fill('#name', HELEN.name);
  await page.fill('#email', HELEN.email);
  await choose(page, HELEN);
  await page.waitForSelector('.rail');
  const signed = [];
  for (const person of colleagues) signed.push(await hired(chromium, home, page, person));
  const admin = await context.storageState();
  await context.close();
  return { home, admin, signed };
}

async function hired(chromium, home, admin, person) {
  await admin.goto(`${home.address}/settings/people/new`);
  await admin.fill('#name', person.name);
  await admin.fill('#email', person.email);
  await admin.check('input[value="client-service-representative"]');
  await admin.click(SEND);
  const link = await admin.textContent('.secrets code');
  const context = await chromium.newContext();
  const page = await open(context, link);
  await choose(page, person);
  await page.waitForURL('**/sign-in');
  await page.fill('#email', person.email);
  await page.fill('#password', person.password);
  await page.click(SEND);
  await page.waitForSelector('.rail');
  const state = await context.storageState();
  await context.close();
  return state;
}

/** A mail server that takes every letter and keeps it; the house is told to send through it. */
export async function post(chromium, home, admin) {
  const letters = [];
  const waiting = [];
  const server = net.createServer((line) => speak(line, (letter) => {
    letters.push(letter);
    waiting.splice(0).forEach((look) => look(false));
  }));
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const context = await chromium.newContext({ storageState: admin });
  const page = await open(context, `${home.address}/settings/mail`);
  await page.fill('#host', '127.0.0.1');
  await page.fill('#port', String(server.address().port));
  await page.selectOption('#protection', 'none');
  await page.fill('#from_email', 'desk@desk.example');
  await page.click(SEND);
  await page.waitForSelector('.toast');
  await context.close();
  return {
    /** The first letter to somebody that has this in it, when it has come. */
    async letter(to, pattern) {
      const late = setTimeout(() => { waiting.splice(0).forEach((look) => look(true)); }, 60000);
      try {
        for (;;) {
          const found = letters.find((letter) => letter.to.includes(to) && pattern.test(letter.text));
          if (found) return found.text.match(pattern)[0];
          const isLate = await new Promise((resolve) => { waiting.push(resolve); });
          assert.ok(!isLate, `no letter to ${to} has ${pattern}: ${JSON.stringify(letters.filter((letter) => letter.to.includes(to)))}`);
        }
      } finally {
        clearTimeout(late);
      }
    },
    /** All letters so far, the oldest first. */
    all: () => letters,
    stop: () => server.close(),
  };
}

/** As much of SMTP as a letter needs. */
function speak(line, keep) {
  let read = '';
  let to = [];
  let isLetter = false;
  const say = (words) => line.write(`${words}\r\n`);
  line.on('error', () => {});
  line.on('data', (bytes) => {
    read += bytes.toString('latin1');
    for (;;) {
      const end = read.indexOf(isLetter ? '\r\n.\r\n' : '\r\n');
      if (end < 0) return;
      const said = read.slice(0, end);
      read = read.slice(end + (isLetter ? 5 : 2));
      if (isLetter) {
        keep({ to, text: plain(said) });
        [isLetter, to] = [false, []];
        say('250 kept');
      } else if (/^RCPT/i.test(said)) {
        to.push(said.match(/<(.*)>/)[1]);
        say('250 fine');
      } else if (/^DATA/i.test(said)) {
        isLetter = true;
        say('354 go on');
      } else {
        say(/^QUIT/i.test(said) ? '221 bye' : '250 fine');
      }
    }
  });
  say('220 post');
}

/** The words of a letter, however they were wrapped up for the way. */
function plain(letter) {
  const [head] = letter.split('\r\n\r\n', 1);
  const body = letter.slice(head.length + 4);
  if (/transfer-encoding: *base64/i.test(letter)) return Buffer.from(body, 'base64').toString();
  return body.replace(/=\r\n/g, '').replace(/=([0-9A-F]{2})/g, (_, code) => String.fromCharCode(Number.parseInt(code, 16)));
}

/** No complaint of the browser on any page of a context. */
export function untroubled(context) {
  for (const page of context.pages()) assert.deepEqual(page.complaints, []);
}
