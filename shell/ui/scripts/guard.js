// A live refresh never touches what someone has begun: forms that were written in, places that were opened, parts that
// filled themselves.

/** Forms that hold something which was not sent yet. */
const begun = new WeakSet();
/** Forms that were sent and come back with their errors: what comes back holds what was written, and is to be shown. */
const answered = new Set();

/** Marks this attribute on a part that its script fills: a refresh passes it over. */
const OWN = '[data-own]';

export function guard() {
  const begin = (event) => {
    const form = event.target.closest?.('form');
    // Also where no hand did it: what expands words, fills in a password or dictates says the same by a script.
    if (form) begun.add(form);
  };
  document.addEventListener('input', begin, true);
  document.addEventListener('change', begin, true);
  document.addEventListener('reset', (event) => begun.delete(event.target), true);
  document.addEventListener('turbo:before-fetch-response', (event) => {
    const sent = event.target instanceof HTMLFormElement;
    if (sent && event.detail.fetchResponse.statusCode === 422) answered.add(event.target);
  });
  // Shown: from here on it is a form that someone has begun.
  document.addEventListener('turbo:render', () => {
    for (const form of answered) begun.add(form);
    answered.clear();
  });
  // Sent and taken: what comes back is the truth. Sent and refused: the page comes back with what was written.
  document.addEventListener('turbo:submit-end', (event) => {
    // What was only looked at is not sent, and what came into its frame is not saved anywhere yet.
    const looked = event.detail.formSubmission?.submitter?.hasAttribute('data-turbo-frame');
    if (looked) begun.add(event.target);
    else if (event.detail.success) begun.delete(event.target);
    // A refresh that a form has cut short never ends for Turbo, and the page would call itself busy from then on.
    document.documentElement.removeAttribute('aria-busy');
  });

  document.addEventListener('turbo:before-morph-element', (event) => {
    const element = event.target;
    if (element.matches(OWN) || keeps(element)) event.preventDefault();
  });
  document.addEventListener('turbo:before-morph-attribute', (event) => {
    const opened = event.detail.attributeName === 'open' && event.target.matches('details, dialog');
    // The look is this browser's own choice.
    const chosen = event.detail.attributeName === 'data-theme' || event.target.matches('.frame');
    if (opened || chosen) event.preventDefault();
  });
  window.addEventListener('beforeunload', (event) => {
    if ([...document.forms].some((form) => form.matches('[data-ask-before-leaving]') && begun.has(form))) event.preventDefault();
  });
}

/** Whether the form is begun, or a field of it has the focus and some text. */
function keeps(element) {
  if (!(element instanceof HTMLFormElement) || answered.has(element)) return false;
  if (begun.has(element)) return true;
  const active = document.activeElement;
  return Boolean(active && element.contains(active) && 'value' in active && active.value);
}
