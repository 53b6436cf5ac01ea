// Keys. A link or button says which keys press it in `data-keys`: `c`, `g t`, `Escape`. `?` lists those of the page.
import { hasCommand, isWriting, onPage } from './page.js';

/** So long a first key waits for its second. */
const PATIENCE = 1200;
let first = null;
let since = 0;

export function keys() {
  document.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Escape' && (isWriting(event.target) || document.querySelector('dialog[open]'))) return;
    if (isWriting(event.target) || document.querySelector('dialog[open]')) return;
    const pressed = event.key.length === 1 || event.key === 'Escape' ? event.key : null;
    if (!pressed) return;
    if (pressed === '?') {
      event.preventDefault();
      list();
      return;
    }
    const both = first && event.timeStamp - since < PATIENCE ? `${first} ${pressed}` : null;
    const element = (both && find(both)) ?? find(pressed);
    if (element) {
      event.preventDefault();
      first = null;
      element.click();
    } else {
      first = pressed;
      since = event.timeStamp;
    }
  });
  document.getElementById('keys')?.addEventListener('click', close);
  onPage(() => {
    for (const hint of document.querySelectorAll('[data-command]')) {
      hint.textContent = `${hasCommand ? '⌘' : 'Ctrl '}${hint.dataset.command.toUpperCase()}`;
      hint.hidden = false;
    }
  });
}

/** The element in sight that these keys press: one of the current row before all others. */
function find(pressed) {
  const all = [...document.querySelectorAll(`[data-keys="${CSS.escape(pressed)}"]`)];
  return all.find((element) => element.closest('.is-current')) ?? all.find((element) => !element.closest('[data-row]'));
}

function close(event) {
  if (event.target === event.currentTarget || event.target.closest('button')) event.currentTarget.close();
}

/** The keys of this page, by reading it. */
function list() {
  const dialog = document.getElementById('keys');
  if (!dialog || dialog.open) return;
  const seen = new Map([['j', 'Next row'], ['k', 'Row before'], ['?', 'These keys']]);
  if (!document.querySelector('[data-row]')) { seen.delete('j'); seen.delete('k'); }
  for (const element of document.querySelectorAll('[data-keys]')) {
    const name = element.dataset.keysWord ?? element.querySelector('.word')?.textContent ?? element.title ?? '';
    const words = name || [...element.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE).map((node) => node.data).join('').trim();
    if (!seen.has(element.dataset.keys)) seen.set(element.dataset.keys, words || element.getAttribute('aria-label') || '');
  }
  const items = [...seen].map(([pressed, words]) => {
    const row = document.createElement('div');
    const [term, meaning] = [document.createElement('dt'), document.createElement('dd')];
    for (const one of pressed.split(' ')) {
      const key = document.createElement('kbd');
      key.textContent = one === 'Escape' ? 'Esc' : one;
      term.append(key, ' ');
    }
    meaning.textContent = words;
    row.append(term, meaning);
    return row;
  });
  const heading = Object.assign(document.createElement('h2'), { textContent: 'Keys' });
  const rows = document.createElement('dl');
  rows.append(...items);
  const button = Object.assign(document.createElement('button'), { type: 'button', className: 'button', textContent: 'Close' });
  dialog.replaceChildren(heading, rows, button);
  dialog.showModal();
}
