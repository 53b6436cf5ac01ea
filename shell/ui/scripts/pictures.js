// A picture within an answer is shown where its name is written. A button writes it there; one that is pasted is attached first.
import { onPage } from './page.js';

export function pictures() {
  onPage(() => {
    for (const button of document.querySelectorAll('[data-insert]')) button.hidden = false;
  });
  document.addEventListener('click', ({ target }) => {
    const button = target.closest?.('[data-insert]');
    if (button) insert(document.getElementById('text'), button.dataset.insert);
  });
  document.addEventListener('paste', async (event) => {
    const form = document.querySelector('.request-file');
    const picture = [...(event.clipboardData?.files ?? [])].find((file) => file.type.startsWith('image/'));
    if (!form || !picture || event.target.id !== 'text') return;
    event.preventDefault();
    // All that is pasted is called alike.
    const name = `picture-${Date.now()}.${picture.type.slice(6)}`;
    const sent = new FormData(form);
    sent.set('file', picture, name);
    const attached = await fetch(`${form.getAttribute('action')}?answer=on`, { method: 'POST', body: sent });
    if (attached.ok) insert(event.target, `![Picture](${name})`);
  });
}

function insert(field, words) {
  field.setRangeText(words, field.selectionStart, field.selectionEnd, 'end');
  field.focus();
  field.dispatchEvent(new Event('input', { bubbles: true }));
}
