// What was just done: goes after a while, but not while someone is about to undo it.
import { onPage } from './page.js';

const SECONDS = 10;
/** What ends the waiting of each, so that new words in the place of old ones have their own time. */
const ends = new WeakMap();

export function toast() {
  onPage(() => {
    for (const said of document.querySelectorAll('[data-toast]:not([data-waiting])')) wait(said);
  });
  // A page that comes back from the cache says nothing again.
  document.addEventListener('turbo:before-cache', () => document.querySelectorAll('[data-toast]').forEach((said) => said.remove()));
}

function wait(said) {
  said.dataset.waiting = '';
  ends.get(said)?.();
  const aside = () => standAside(said);
  let timer = 0;
  const end = () => {
    clearTimeout(timer);
    document.removeEventListener('scroll', aside, true);
  };
  const go = () => {
    if (said.matches(':hover, :focus-within')) {
      timer = setTimeout(go, 1000);
      return;
    }
    end();
    said.remove();
  };
  ends.set(said, end);
  aside();
  document.addEventListener('scroll', aside, { capture: true, passive: true });
  timer = setTimeout(go, SECONDS * 1000);
}

/** At the other end of the window while the main button of a form would lie under it. */
function standAside(said) {
  delete said.dataset.aside;
  const place = said.getBoundingClientRect();
  const isUnder = (button) => {
    const { top, bottom, left, right, height } = button.getBoundingClientRect();
    return height > 0 && top < place.bottom && bottom > place.top && left < place.right && right > place.left;
  };
  if ([...document.querySelectorAll('form .is-primary')].some(isUnder)) said.dataset.aside = '';
}
