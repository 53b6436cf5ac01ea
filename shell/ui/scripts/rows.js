// The current row of a list: `j` and `k` move it, Enter opens it, and its button is the filled one. How many rows are picked is
// counted beside what is done to them.
import { isWriting, onPage } from './page.js';

export function rows() {
  document.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (isWriting(event.target) || document.querySelector('dialog[open]')) return;
    if (event.key === 'j') move(1, event);
    if (event.key === 'k') move(-1, event);
  });
  document.addEventListener('focusin', (event) => {
    const row = event.target.closest?.('[data-row]');
    if (row) current(row);
  });
  document.addEventListener('change', count);
  onPage(count);
}

function count() {
  for (const place of document.querySelectorAll('[data-picked]')) {
    const { length } = [...place.closest('form').elements].filter((one) => one.name === 'pick' && one.checked);
    place.textContent = length ? `${length} selected` : 'Selected';
  }
}

function move(step, event) {
  const all = [...document.querySelectorAll('[data-row]')];
  if (!all.length) return;
  const at = all.findIndex((row) => row.classList.contains('is-current'));
  const row = all[Math.min(Math.max(at + step, 0), all.length - 1)];
  event.preventDefault();
  current(row);
  row.querySelector('[data-row-open], a, button')?.focus({ preventScroll: true });
  row.scrollIntoView({ block: 'nearest' });
}

function current(row) {
  for (const other of document.querySelectorAll('[data-row].is-current')) other.classList.toggle('is-current', other === row);
  row.classList.add('is-current');
}
