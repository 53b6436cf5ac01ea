// A picture within an answer is shown where its name is written. A button writes it there; one that is pasted, or a file that is dropped
// upon the text, is attached first, by the form that does it for everybody.
import { onPage, say } from './page.js';

const INSERTS = '[data-insert]';

export function pictures() {
  onPage(() => {
    for (const button of document.querySelectorAll(INSERTS)) button.hidden = false;
  });
  document.addEventListener('click', ({ target }) => {
    const button = target.closest?.(INSERTS);
    if (button) insert(fieldOf(document), button.dataset.insert);
  });
  document.addEventListener('paste', (event) => {
    const { files, types } = event.clipboardData ?? {};
    // What comes from a table or a text has its picture beside it: the words are meant.
    if (files?.length && !types.includes('text/plain')) taken(event, files);
  });
  document.addEventListener('dragover', (event) => {
    if (isText(event.target) && event.dataTransfer?.types.includes('Files')) event.preventDefault();
  });
  document.addEventListener('drop', (event) => {
    if (event.dataTransfer?.files.length) taken(event, event.dataTransfer.files);
  });
}

function fieldOf(page) {
  return page.querySelector('textarea[data-pictures]');
}

function isText(target) {
  return Boolean(target.matches?.('textarea[data-pictures]'));
}

function taken(event, files) {
  if (!isText(event.target)) return;
  event.preventDefault();
  attach(event.target, [...files]);
}

/** Attaches the files one after the other, and shows the pictures among them where the cursor stands. */
async function attach(field, files) {
  const button = document.querySelector('[data-encloses]');
  if (!button) return tell('Press “Attach files” first. What you have written is kept.');
  tell(files.length > 1 ? 'Attaching the files …' : 'Attaching the file …');
  for (const file of files) {
    // Known before it is sent: a live refresh may show it before the answer is read.
    const known = new Set(Array.from(document.querySelectorAll(INSERTS), ({ dataset }) => dataset.insert));
    const page = await sent(button, file);
    if (!page) return tell(`“${file.name}” was not attached. It may be larger than 25 MB, or the line is down.`);
    const now = page.getElementById('enclosed');
    for (const fresh of now.querySelectorAll(INSERTS)) {
      fresh.hidden = false;
      if (!known.has(fresh.dataset.insert)) insert(field, fresh.dataset.insert);
    }
    document.getElementById('enclosed').replaceWith(now);
  }
  tell(files.length > 1 ? 'The files go with your answer.' : 'The file goes with your answer.');
}

/** The page that comes back when a file is attached; none: it was not. */
async function sent({ form, formAction }, file) {
  const body = new FormData(form);
  body.set('file', file, named(file));
  try {
    const answer = await fetch(formAction, { method: 'POST', body });
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    return answer.ok && page.getElementById('enclosed') ? page : null;
  } catch {
    return null;
  }
}

/** Every picture from the clipboard has the same name: it gets one by which it is told from others. */
function named({ name }) {
  if (!/^image\.\w+$/.test(name)) return name;
  return name.replace('image', `picture-${new Date().toISOString().replace(/\D/g, '').slice(2, 17)}`);
}

function insert(field, words) {
  field.setRangeText(words, field.selectionStart, field.selectionEnd, 'end');
  field.dispatchEvent(new Event('input', { bubbles: true }));
}

function tell(words) {
  document.querySelector('[data-pictures-said]').textContent = words;
  say(words);
}
