// A form with a link of one's own keeps what was written when a field is left. It stands alone: its page runs nothing else, and without
// it a button does the same.

const form = document.querySelector('form[data-keep]');
const says = document.getElementById('kept');
/** What the house has already, so that nothing is sent twice. */
let kept = form ? written() : '';
let last = Promise.resolve();

if (form && says) {
  form.addEventListener('change', () => { last = last.then(keep); });
  window.addEventListener('pagehide', keep);
  // What is sent whole is not put aside beside it.
  form.addEventListener('submit', () => { kept = written(); });
}

/** What stands in the form, without files: those go with a button. */
function written() {
  const fields = [...new FormData(form)].filter(([, value]) => typeof value === 'string');
  return new URLSearchParams(fields).toString();
}

async function keep() {
  const text = written();
  if (text === kept) return;
  kept = text;
  const answer = await fetch(form.dataset.keep, {
    method: 'POST',
    body: text,
    headers: { 'content-type': 'application/x-www-form-urlencoded', 'kept-by': 'script' },
    // Leaving the page does not cut it off; browsers take no more than this along.
    keepalive: text.length < 60_000,
  }).catch(() => null);
  if (!answer?.ok) kept = '';
  says.textContent = answer?.ok ? says.dataset.done : says.dataset.failed;
}
