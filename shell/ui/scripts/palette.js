// The palette: jump, search and act in one box. The server answers with the options; this moves among them.
import { hasCommand, piece, say } from './page.js';

const SOURCE = '/palette?q=';
let asked = null;
let waiting = 0;

export function palette() {
  document.addEventListener('keydown', (event) => {
    const command = hasCommand ? event.metaKey : event.ctrlKey;
    if (command && event.key.toLowerCase() === 'k' && !event.shiftKey && !event.altKey) {
      if (open()) event.preventDefault();
    }
  });
  document.addEventListener('click', (event) => {
    if (event.target.closest?.('[data-act=palette]') && !event.metaKey && !event.ctrlKey && open()) event.preventDefault();
  });
  document.addEventListener('turbo:before-visit', () => dialog()?.close());
}

const dialog = () => document.getElementById('palette');

function open() {
  const place = dialog();
  if (!place) return false;
  if (!place.firstChild) furnish(place);
  if (!place.open) {
    place.showModal();
    const field = place.querySelector('input');
    field.select();
    ask(field.value);
  }
  return true;
}

/** What stands in the box, made once: without a script there is no box, but a page for searching. */
function furnish(place) {
  place.innerHTML = '<div class="palette-find"><input type="text" role="combobox" aria-expanded="true" aria-controls="palette-found"'
    + ' aria-autocomplete="list" aria-label="Search, jump or act" autocomplete="off" spellcheck="false" maxlength="200">'
    + '<kbd>Esc</kbd></div><div id="palette-found" role="listbox" aria-label="Results"></div>'
    + '<div class="palette-foot" aria-hidden="true"><span><kbd>↑</kbd> <kbd>↓</kbd> move</span><span><kbd>↵</kbd> do</span>'
    + `<span><kbd>${hasCommand ? '⌘' : 'Ctrl '}↵</kbd> open beside</span></div>`;
  const field = place.querySelector('input');
  field.addEventListener('input', () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => ask(field.value), 60);
  });
  field.addEventListener('keydown', (event) => {
    if (event.isComposing) return;
    if (event.key === 'ArrowDown') { move(1); event.preventDefault(); }
    if (event.key === 'ArrowUp') { move(-1); event.preventDefault(); }
    if (event.key === 'Enter') { go(event); event.preventDefault(); }
  });
  place.addEventListener('click', (event) => {
    if (event.target === place) place.close();
  });
}

async function ask(words) {
  asked?.abort();
  asked = new AbortController();
  const { signal } = asked;
  const html = await piece(SOURCE + encodeURIComponent(words.trim()), signal);
  if (signal.aborted) return;
  const found = document.getElementById('palette-found');
  found.innerHTML = html ?? '<p class="palette-none">Searching does not answer at the moment. Try again.</p>';
  options().forEach((option, index) => { option.id = `palette-${index}`; });
  choose(options()[0]);
  if (words.trim()) say(`${options().length} found`);
}

const options = () => [...document.querySelectorAll('#palette-found [role=option]')];
const chosen = () => document.querySelector('#palette-found [aria-selected=true]');

function move(step) {
  const all = options();
  if (!all.length) return;
  choose(all[(all.indexOf(chosen()) + step + all.length) % all.length]);
}

function choose(option) {
  chosen()?.setAttribute('aria-selected', 'false');
  option?.setAttribute('aria-selected', 'true');
  option?.scrollIntoView({ block: 'nearest' });
  const field = dialog().querySelector('input');
  if (option) field.setAttribute('aria-activedescendant', option.id);
  else field.removeAttribute('aria-activedescendant');
}

function go(event) {
  const address = chosen()?.href;
  if (!address) return;
  dialog().close();
  if (event.metaKey || event.ctrlKey) window.open(address, '_blank', 'noopener');
  else window.Turbo.visit(address);
}
