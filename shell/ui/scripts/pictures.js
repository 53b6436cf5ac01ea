// A picture within an answer is shown where its name is written: a button writes it there.
import { onPage } from './page.js';

export function pictures() {
  onPage(() => {
    for (const button of document.querySelectorAll('[data-insert]')) button.hidden = false;
  });
  document.addEventListener('click', ({ target }) => {
    const button = target.closest?.('[data-insert]');
    if (button) insert(button.dataset.insert);
  });
}

function insert(words) {
  const field = document.getElementById('text');
  field.setRangeText(words, field.selectionStart, field.selectionEnd, 'end');
  field.dispatchEvent(new Event('input', { bubbles: true }));
}
