// Somebody of client service begins an answer with a template, is told what could be said better and what is promised, sends it, keeps
// the promise, and finds all of it among the messages; a message is written to a client first.
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
  const context = await chromium.newContext({ viewport: { width: 1280, height: 800 }, storageState: signed, ...options });
  context.setDefaultTimeout(15000);
  try {
    await work(context);
    for (const page of context.pages()) assert.deepEqual(page.complaints, []);
  } finally {
    await context.close();
  }
}

/** Nothing that axe finds, and nothing that scrolls sideways. A picture of it, where somebody asks for them. */
async function proper(page, name) {
  await page.waitForFunction(() => !document.documentElement.hasAttribute('aria-busy'));
  if (process.env.KEPT_PICTURES) await page.screenshot({ path: `${process.env.KEPT_PICTURES}/${name}.png`, fullPage: true });
  const found = await findings(page);
  assert.deepEqual(found.filter((line) => !line.includes('aria-busy')), []);
  const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(over <= 0, `${page.url()} is ${over} px too wide`);
}

const PHONE = { viewport: { width: 360, height: 740 }, colorScheme: 'dark' };

test('an answer is begun with a template, looked at, sent, and its promise kept', () => within({}, async (context) => {
  const page = await open(context, `${home.address}/requests/new`);
  await page.fill('#name', 'Ruth Brennan');
  await page.fill('#email', 'ruth@brennan.example');
  await page.fill('#subject', 'Invoice 1182 is wrong');
  await page.click('main form[action="/requests"] button.is-primary');
  await page.waitForSelector('h1:has-text("Invoice 1182 is wrong")');
  await page.selectOption('#pick', { label: 'It takes longer' });
  await page.click('button:has-text("Use the template")');
  await page.waitForSelector('#composing:has-text("Begun with It takes longer, version 1")');
  assert.match(await page.inputValue('#text'), /^Hello Ruth,[^]*Maya Okonkwo$/);
  assert.notEqual(await page.inputValue('#update'), '');
  await page.fill('#text', 'Hello Ruth,\n\nunfortunately it takes longer. I will send the new invoice by noon tomorrow.\n\nMaya Okonkwo');
  await page.waitForSelector('#checked:has-text("Negative.")');
  await page.waitForSelector('#checked label:has-text("A promise")');
  assert.ok(await page.isChecked('#checked input[name=promised]'));
  await proper(page, 'answer-1280');
  await page.reload();
  assert.match(await page.inputValue('#text'), /unfortunately it takes longer/, 'what was begun is there again');
  await page.fill('#text', 'Hello Ruth,\n\nit takes longer. I will send the new invoice by noon tomorrow.\n\nMaya Okonkwo');
  await page.waitForSelector('#checked label:has-text("A promise")');
  await page.click('#answer button[value=us]');
  await page.waitForSelector('.toast:has-text("leaves in ten seconds")');
  await page.click('.leaving button:has-text("Send now")');
  await page.waitForSelector('#promises', { timeout: 30000 });
  await page.waitForSelector('summary:has-text("From the template It takes longer, version 1, with changes")');
  await page.click('summary:has-text("with changes")');
  await proper(page, 'sent-1280');
  await page.click('#promises button:has-text("Kept")');
  await page.waitForSelector('.toast:has-text("The promise is kept.")');
}));

test('all of it stands among the messages, on a phone and in the dark too', () => within(PHONE, async (context) => {
  const page = await open(context, `${home.address}/messages`);
  await page.waitForSelector('text=it takes longer');
  await proper(page, 'messages-360-dark');
  await page.click('a:has-text("Invoice 1182 is wrong") >> nth=0');
  await page.waitForSelector('#answer');
  await proper(page, 'answer-360-dark');
  await page.goto(`${home.address}/templates`);
  await page.waitForSelector('a:has-text("It takes longer")');
  await proper(page, 'templates-360-dark');
  await page.click('a:has-text("It takes longer")');
  await page.waitForSelector('h1:has-text("It takes longer")');
  await proper(page, 'template-360-dark');
  await page.click('a:has-text("History")');
  await page.waitForSelector('h2:has-text("Version 1")');
  await proper(page, 'history-360-dark');
}));

test('a template is written, and a message to a client first', () => within({}, async (context) => {
  const page = await open(context, `${home.address}/templates/new`);
  await page.fill('#name', 'Bills');
  await page.selectOption('#occasion', 'answer');
  await page.selectOption('#channel', 'email');
  await page.fill('#body', 'Hello {{contact.fristname}}, here is the bill.');
  await page.click('main form button[type=submit]');
  await page.waitForSelector('text=Did you mean {{contact.first_name}}?');
  await proper(page, 'template-edit-1280');
  await page.fill('#body', 'Hello {{contact.first_name}}, here is the bill.');
  await page.click('main form button[type=submit]');
  await page.waitForSelector('h1:has-text("Bills")');
  await page.click('button:has-text("Ask for approval")');
  await page.waitForSelector('text=Approval is asked');
  await proper(page, 'template-asked-1280');
  await page.goto(`${home.address}/messages`);
  await page.click('a:has-text("Write")');
  await page.fill('#cc_to', 'li@brennan.example');
  await page.fill('#who', 'Ruth');
  await page.press('#who', 'Enter');
  await page.click('button:has-text("Ruth Brennan")');
  // The page before it has a composer too.
  await page.waitForSelector('.composer-to:has-text("Ruth Brennan")');
  assert.equal(await page.inputValue('#cc_to'), 'li@brennan.example', 'what was written is kept while somebody is looked for');
  await page.fill('#cc_to', '');
  await page.selectOption('#pick', { label: 'Thanks' });
  await page.click('button:has-text("Use the template")');
  await page.waitForFunction(() => document.querySelector('#text').value.startsWith('Hello Ruth'));
  assert.equal(await page.inputValue('#subject'), 'Thank you, Ruth');
  await proper(page, 'compose-1280');
  await page.click('#answer button.is-primary');
  await page.waitForSelector('h1:has-text("Thank you, Ruth")');
}));

test('a picture that is pasted goes with the answer and into its text, and so does a file that is dropped', () => within({}, async (context) => {
  const page = await open(context, `${home.address}/requests/new`);
  await page.fill('#name', 'Ruth Brennan');
  await page.fill('#email', 'ruth@brennan.example');
  await page.fill('#subject', 'Where do I click?');
  await page.click('main form[action="/requests"] button.is-primary');
  await page.waitForSelector('h1:has-text("Where do I click?")');
  await page.fill('#text', 'Hello Ruth,\n\nhere: ');
  await give(page, 'paste', 'image.png', 'image/png');
  await page.waitForSelector('#enclosed a:has-text("picture-")');
  assert.match(await page.inputValue('#text'), /^Hello Ruth,\n\nhere: !\[picture-\d+\.png\]\(<picture-\d+\.png>\)$/);
  await give(page, 'drop', 'steps.txt', 'text/plain');
  await page.waitForSelector('#enclosed a:has-text("steps.txt")');
  await page.waitForSelector('[data-pictures-said]:has-text("The file goes with your answer.")');
  assert.doesNotMatch(await page.inputValue('#text'), /steps/, 'what is no picture is attached alone');
  await proper(page, 'pasted-1280');
  // With words beside it the words are meant: the browser pastes them itself.
  assert.ok(await give(page, 'paste', 'image.png', 'image/png', 'a table'), 'the script leaves it to the browser');
  await page.context().setOffline(true);
  await give(page, 'paste', 'image.png', 'image/png');
  await page.waitForSelector('[data-pictures-said]:has-text("was not attached")');
  await page.context().setOffline(false);
  // The browser itself says that the line was down.
  page.complaints.splice(0);
}));

/** A file comes from the clipboard or is dropped upon the text: whether the browser goes on with it itself. */
function give(page, how, name, type, words) {
  return page.evaluate(({ how, name, type, words }) => {
    const picture = Uint8Array.from(atob('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='), (c) => c.charCodeAt(0));
    const given = new DataTransfer();
    given.items.add(new File([type.startsWith('image/') ? picture : 'Press it.'], name, { type }));
    if (words) given.setData('text/plain', words);
    const text = document.getElementById('text');
    text.focus();
    text.setSelectionRange(text.value.length, text.value.length);
    const told = { bubbles: true, cancelable: true };
    const event = how === 'drop' ? new DragEvent('drop', { ...told, dataTransfer: given }) : new ClipboardEvent('paste', { ...told, clipboardData: given });
    return text.dispatchEvent(event);
  }, { how, name, type, words });
}
