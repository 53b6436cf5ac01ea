// A company begins to work with Kept: from the first link to why a duty was due, on the real program, by keys alone.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { browser, findings, open } from './browser.js';
import { arrive, code, enter, house, tabTo, write } from './house.js';

const ADMIN = { name: 'Helen Strand', email: 'helen@desk.example', password: 'copper kettle moss' };
const SUPERVISOR = { name: 'Maya Okonkwo', email: 'maya@desk.example', password: 'seven grey herons' };

let home;
let chromium;
const known = {};

before(async () => {
  home = await house();
  chromium = await browser();
});
after(async () => {
  await chromium?.close();
  await home?.stop();
});

/** Runs in a browser of its own; nothing may be asked of another host, and no page may complain. */
async function within(options, work) {
  const context = await chromium.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  context.setDefaultTimeout(15000);
  const elsewhere = [];
  context.on('request', (request) => {
    const { protocol, origin } = new URL(request.url());
    if (protocol.startsWith('http') && origin !== home.address) elsewhere.push(request.url());
  });
  try {
    await work(context);
    for (const page of context.pages()) assert.deepEqual(page.complaints, []);
    assert.deepEqual(elsewhere, []);
  } finally {
    await context.close();
  }
}

/** What is not as it should be on a page: by axe, and that it scrolls sideways. */
async function faults(page) {
  const found = await findings(page);
  const wide = await page.evaluate(() => {
    const over = document.documentElement.scrollWidth - innerWidth;
    const out = [...document.querySelectorAll('main *')].find((one) => one.getBoundingClientRect().right > innerWidth + 1);
    return over > 0 ? `${over} px too wide by ${out?.outerHTML.slice(0, 200)}` : '';
  });
  if (wide) found.push(wide);
  return found.map((fault) => `${new URL(page.url()).pathname}: ${fault}`);
}

async function proper(page) {
  assert.deepEqual(await faults(page), []);
}

const SEND = 'main button[type=submit].is-primary';

test('the first link makes an administrator, who sets the company up', () => within({}, async (context) => {
  assert.ok(home.firstLink, 'a link for the first administrator is printed');
  const page = await open(context, home.firstLink);
  await proper(page);
  await write(page, '#name', ADMIN.name);
  await write(page, '#email', ADMIN.email);
  await write(page, '#password', ADMIN.password);
  await write(page, '#again', ADMIN.password);
  await enter(page, SEND);
  await arrive(page, '/');
  await page.waitForSelector('.empty:has-text("You owe nothing at the moment")');
  await proper(page);

  await enter(page, '.rail-places a[href="/settings"]');
  await arrive(page, '/settings/working-time', 'Working time');
  await proper(page);
  await write(page, '#zone', 'Nowhere/Berlin');
  await enter(page, SEND);
  await page.waitForSelector('.notice');
  await proper(page);
  await write(page, '#zone', 'Europe/Berlin');
  await write(page, '#friday', '09:00-15:00');
  await enter(page, SEND);
  await page.waitForSelector('.toast:has-text("The working time is in force.")');
  await page.waitForURL('**/settings/blanks/*');
  await proper(page);

  await enter(page, '.setup-list a[href="/settings/blanks/CM"]');
  await arrive(page, '/settings/blanks/CM', 'Fill the blanks');
  await proper(page);
  await write(page, 'input[aria-label="company name"]', 'Lindqvist Instruments');
  await enter(page, SEND);
  await page.waitForSelector('.toast:has-text("The blanks of CM are saved.")');
  await page.goto(`${home.address}/settings/blanks/CM`);
  assert.equal(await page.inputValue('input[aria-label="company name"]'), 'Lindqvist Instruments');
  known.admin = await context.storageState();
}));

test('the administrator switches codes on, and signs in with password and code', () => within({ storageState: known.admin }, async (context) => {
  const page = await open(context, `${home.address}/sops`);
  await enter(page, '.rail-me a[href="/me"]');
  await arrive(page, '/me', 'Your settings');
  await proper(page);
  await enter(page, 'form[action="/me/codes"] button');
  await arrive(page, '/me/codes', 'Codes for signing in');
  await proper(page);
  const secret = await page.textContent('main code');
  await write(page, '#code', code(secret));
  await enter(page, SEND);
  await page.waitForSelector('.secrets li');
  assert.equal(await page.locator('.secrets li').count(), 10);
  await proper(page);
  await enter(page, 'main a.is-primary');
  await arrive(page, '/me', 'Your settings');
  await enter(page, 'main form[action="/sign-out"] button');
  await arrive(page, '/sign-in');

  await proper(page);
  await write(page, '#email', ADMIN.email);
  await write(page, '#password', 'not the password');
  await enter(page, SEND);
  await page.waitForSelector('#password-error');
  await proper(page);
  await write(page, '#email', ADMIN.email);
  await write(page, '#password', ADMIN.password);
  await enter(page, SEND);
  await arrive(page, '/sign-in/code', 'Your code');
  await proper(page);
  // The code that switched codes on is used up; the next one is good already.
  await write(page, '#code', code(secret, 1));
  await enter(page, SEND);
  await arrive(page, '/');
  known.admin = await context.storageState();
}));

test('somebody is invited, accepts, and sees what their role shows', async () => {
  let link;
  await within({ storageState: known.admin }, async (context) => {
    const page = await open(context, `${home.address}/settings`);
    await enter(page, '.views a[href="/settings/people"]');
    await arrive(page, '/settings/people', 'People');
    await proper(page);
    await enter(page, 'main a[href="/settings/people/new"]');
    await arrive(page, '/settings/people/new', 'Invite somebody');
    await proper(page);
    await write(page, '#name', SUPERVISOR.name);
    await write(page, '#email', SUPERVISOR.email);
    await tabTo(page, 'input[value="sop-supervisor"]');
    await page.keyboard.press('Space');
    assert.ok(await page.isChecked('input[value="sop-supervisor"]'));
    await enter(page, SEND);
    await page.waitForSelector('.secrets code');
    await proper(page);
    link = await page.textContent('.secrets code');
  });
  await within({}, async (context) => {
    const page = await open(context, link);
    await proper(page);
    // Looking at the link uses nothing up.
    await page.reload();
    await write(page, '#password', SUPERVISOR.password);
    await write(page, '#again', SUPERVISOR.password);
    await enter(page, SEND);
    await arrive(page, '/sign-in');
    await write(page, '#email', SUPERVISOR.email);
    await write(page, '#password', SUPERVISOR.password);
    await enter(page, SEND);
    await arrive(page, '/');
    await proper(page);
    known.supervisor = await context.storageState();
    await page.goto(link);
    await page.waitForSelector('h1:has-text("no longer good")');
  });
});

test('an SOP is read, run, and its versions compared', () => within({ storageState: known.supervisor }, async (context) => {
  const page = await open(context, `${home.address}/sops`);
  await proper(page);
  await enter(page, 'main a[href="/sops/SR"]:not(.clause)');
  await arrive(page, '/sops/SR');
  await page.waitForSelector('#acknowledge');
  await proper(page);
  await enter(page, 'a[href="/sops/SR/acknowledge"]');
  await arrive(page, '/sops/SR/acknowledge');
  await proper(page);
  await page.goBack();
  await arrive(page, '/sops/SR');
  await enter(page, '.views a[href="/sops/SR?mode=run"]');
  await page.waitForSelector('.views a[href="/sops/SR?mode=run"][aria-current=page]');
  await proper(page);
  await enter(page, '.views a[href="/sops/SR?mode=versions"]');
  await page.waitForSelector('.views a[href="/sops/SR?mode=versions"][aria-current=page]');
  await proper(page);
}));

test('a history is imported, and adherence leads to a case and to why it was due', () => within({ storageState: known.supervisor }, async (context) => {
  const page = await open(context, `${home.address}/adherence`);
  await imported();
  await page.reload();
  await page.waitForSelector('table tbody tr');
  await proper(page);
  await enter(page, 'main tbody th a[href^="/adherence/SR/acknowledge"]');
  await arrive(page, '/adherence/SR/acknowledge');
  await page.waitForSelector('.clause-figures');
  await proper(page);
  await enter(page, '.case-table a[href^="/adherence/cases/"]');
  await arrive(page, /^\/adherence\/cases\//);
  await page.waitForSelector('.case-duty');
  await proper(page);
  known.case = new URL(page.url()).pathname;
  await tabTo(page, '.why summary');
  await page.keyboard.press('Space');
  await page.waitForSelector('.why[open] .why-steps li');
  assert.match(await page.textContent('.why[open]'), /business hour|2012/);
  await proper(page);
}));

/** Forty requests of a log, through the mapping of the example. */
async function imported() {
  const lines = ['case_id,activity,timestamp,resource,customer'];
  for (let number = 0; number < 40; number += 1) {
    for (const [hour, activity] of [['09', 'Assign seriousness'], ['10', 'Take in charge ticket'], ['16', 'Resolve ticket']]) {
      const day = String((number % 27) + 1).padStart(2, '0');
      lines.push(`Case ${number},${activity},2012-10-${day}T${hour}:00:00+00:00,Value ${number % 5},Value ${number % 11}`);
    }
  }
  const log = path.join(home.folder, 'log.csv');
  await writeFile(log, `${lines.join('\n')}\n`);
  const { stdout } = await home.kept('import', 'history', '--mapping', process.env.KEPT_MAPPING, '--events', log);
  assert.match(stdout, /events imported/);
}

/** Every page of the house that a role reaches, by what was seen on the way. */
const pages = () => [
  [known.supervisor, ['/', '/?view=all', '/alerts', '/sops', '/sops/SR', '/sops/SR?mode=run', '/sops/SR?mode=versions', '/sops/SR/acknowledge', '/adherence', '/adherence/CE/course-fundamentals', '/adherence/SR/acknowledge', known.case, '/me', '/no/such/page']],
  [known.admin, ['/settings/mail', '/settings/mail/waiting', '/settings/webhooks', '/settings/working-time', '/settings/blanks/CM', '/settings/people', '/settings/people/new', '/settings/teams', '/settings/emergencies']],
  [undefined, ['/sign-in', '/forgotten', '/reset?token=none']],
];

for (const [colorScheme, width] of [['dark', 1280], ['light', 360], ['dark', 360]]) {
  test(`every page is as it should be in ${colorScheme} at ${width} px`, async () => {
    const found = [];
    for (const [storageState, paths] of pages()) {
      await within({ storageState, colorScheme, viewport: { width, height: 800 } }, async (context) => {
        const page = await open(context, home.address + paths[0]);
        for (const at of paths) {
          await page.goto(home.address + at);
          found.push(...await faults(page));
        }
      });
    }
    assert.deepEqual(found, []);
  });
}

test('without a script all of it works too', () => within({ javaScriptEnabled: false }, async (context) => {
  const page = await open(context, `${home.address}/adherence`);
  await arrive(page, '/sign-in');
  await page.fill('#email', SUPERVISOR.email);
  await page.fill('#password', SUPERVISOR.password);
  await page.click(SEND);
  await arrive(page, '/adherence', 'Adherence');
  await page.click('main tbody th a[href^="/adherence/SR/acknowledge"]');
  await page.click('.case-table a[href^="/adherence/cases/"]');
  await page.click('.why summary');
  await page.click('.why[open] a');
  await page.waitForSelector('.why[open] .why-steps li');
  await page.goto(`${home.address}/me`);
  await page.check('input[name="theme"][value="dark"]');
  await page.click('form[action="/me/theme"] button');
  await page.waitForSelector('html[data-theme="dark"]');
  await page.fill('#profile-zone', 'Nowhere/Berlin');
  await page.click('form[action="/me/profile"] button');
  await page.waitForSelector('#profile-zone-error');
  assert.equal(await page.inputValue('#profile-zone'), 'Nowhere/Berlin');
  await page.fill('#profile-zone', 'Europe/Berlin');
  await page.click('form[action="/me/profile"] button');
  await page.waitForSelector('.toast:has-text("Your settings are saved.")');
  await page.click('main form[action="/sign-out"] button');
  await arrive(page, '/sign-in');
}));

test('a person of another role sees neither the cases nor a way to them', async () => {
  await within({ storageState: known.admin }, async (context) => {
    const page = await open(context, `${home.address}/sops/SR`);
    assert.equal(await page.locator('.views a', { hasText: 'Run' }).count(), 0);
    assert.equal(await page.locator('a[href^="/adherence"]').count(), 0);
    await page.goto(`${home.address}/sops/SR?mode=run`);
    await page.waitForSelector('h1:has-text("There is no such page")');
  });
});

test('the program has nothing to complain about', () => {
  assert.deepEqual(home.complaints(), []);
});
