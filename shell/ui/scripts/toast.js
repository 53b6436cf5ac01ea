// What was just done: goes after a while, but not while someone is about to undo it.
import { onPage } from './page.js';

const SECONDS = 10;

export function toast() {
  onPage(() => {
    for (const said of document.querySelectorAll('[data-toast]:not([data-waiting])')) wait(said);
  });
  // A page that comes back from the cache says nothing again.
  document.addEventListener('turbo:before-cache', () => document.querySelectorAll('[data-toast]').forEach((said) => said.remove()));
}

function wait(said) {
  said.dataset.waiting = '';
  const go = () => {
    if (said.matches(':hover, :focus-within')) setTimeout(go, 1000);
    else said.remove();
  };
  setTimeout(go, SECONDS * 1000);
}
