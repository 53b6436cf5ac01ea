// A live refresh never touches what someone has begun: forms that were written in, places that were opened, parts that
// filled themselves, and what was just said with the way to undo it.

/** Forms that hold something which was not sent yet. */
const begun = new WeakSet();
/** Forms that were sent and come back with their errors: what comes back holds what was written, and is to be shown. */
const answered = new Set();

/** Marks this attribute on a part that its script fills: a refresh passes it over. */
const OWN = '[data-own]';
/** What was just said comes with one answer of the server and no other: the page that is fetched again does not have it. */
const SAID = '[data-toast]';

export function guard() {
  const begin = (event) => {
    const form = event.target.form ?? event.target.closest?.('form');
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
    // Where the button that was pressed is gone, the focus is where the page would begin with it.
    if (answered.size && document.activeElement === document.body) document.querySelector('main [autofocus]')?.focus();
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
    // Something new that is said takes the place of what was said before.
    const stillSaid = element.matches(SAID) && !event.detail.newElement?.matches?.(SAID);
    if (element.matches(OWN) || stillSaid || keeps(element) || isPicked(element, event.detail.newElement)) event.preventDefault();
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

/** Whether it is ticked for a form that stands elsewhere on the page and is begun: the rows of a list for what is done to many. */
function isPicked(element, fresh) {
  if (!(element instanceof HTMLInputElement) || !element.form || element.form.contains(element)) return false;
  return element.checked && begun.has(element.form) && fresh?.value === element.value;
}

/** Whether the form is begun, or a field of it has the focus and some text. */
function keeps(element) {
  if (!(element instanceof HTMLFormElement) || answered.has(element)) return false;
  if (begun.has(element)) return true;
  const active = document.activeElement;
  return Boolean(active && element.contains(active) && 'value' in active && active.value);
}
