// How long an answer is looked at before it is sent: from the moment at which the page asks until what was found stands in it, in a
// browser, on a house of its own. KEPT_PROGRAM is a release build: `node speed/checking.js [WORDS] [TIMES]`.
import { browser, open } from '../browser.js';
import { MAYA, desk } from '../desk.js';

const [words = 2000, times = 50] = process.argv.slice(2).map(Number);
const SENTENCES = [
  'Unfortunately we can not leverage the invoice before Friday.',
  'I will send the new one by noon tomorrow, and you will recieve the copy to.',
  'The pump at the north gate was looked at by our technician yesterday morning.',
  'Please tell us whether the scale still reads high at night.',
];

/** So many words, each time a little different, so that nothing is remembered as it was. */
function letter(turn) {
  const all = [`Hello Ruth, this is turn ${turn}.`];
  let count = 6;
  for (let place = turn; count < words; place += 1) {
    const sentence = SENTENCES[place % SENTENCES.length];
    all.push(sentence);
    count += sentence.split(' ').length;
  }
  return all.join(' ');
}

const chromium = await browser();
const { home, signed } = await desk(chromium, [MAYA]);
const context = await chromium.newContext({ viewport: { width: 1280, height: 800 }, storageState: signed[0] });
const page = await open(context, `${home.address}/requests/new`);
await page.fill('#name', 'Ruth Brennan');
await page.fill('#email', 'ruth@brennan.example');
await page.fill('#subject', 'Invoice 1182 is wrong');
await page.click('main form[action="/requests"] button.is-primary');
await page.waitForSelector('#answer');

const took = [];
for (let turn = 0; turn < times; turn += 1) {
  took.push(await page.evaluate((text) => new Promise((done) => {
    document.querySelector('#text').value = text;
    const button = document.querySelector('#check');
    const begun = performance.now();
    document.addEventListener('turbo:frame-render', () => {
      const entries = performance.getEntriesByType('resource');
      const answer = entries[entries.length - 1];
      done({ whole: performance.now() - begun, answer: answer.responseEnd - answer.requestStart });
      performance.clearResourceTimings();
    }, { once: true });
    button.form.requestSubmit(button);
  }), letter(turn)));
}
const remarks = await page.locator('#checked li').count();
await chromium.close();
await home.stop();

const at = (name, share) => took.map((one) => one[name]).sort((a, b) => a - b)[Math.min(times - 1, Math.floor(times * share))].toFixed(1);
console.log(`${words} words, ${times} times, ${remarks} remarks shown`);
console.log('| ms | p50 | p95 | most | the first |\n| --- | --- | --- | --- | --- |');
for (const [name, says] of [['answer', 'the server and the way'], ['whole', 'until it stands in the page']]) {
  console.log(`| ${says} | ${at(name, 0.5)} | ${at(name, 0.95)} | ${at(name, 1)} | ${took[0][name].toFixed(1)} |`);
}
