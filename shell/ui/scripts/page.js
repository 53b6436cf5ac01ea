// What several scripts ask of the page.

/** Runs now and whenever another page, or a fresh state of this one, is in sight. */
export function onPage(run) {
  const calmly = () => run();
  document.addEventListener('turbo:load', calmly);
  document.addEventListener('turbo:render', calmly);
  if (document.readyState !== 'loading') run();
}

/** Whether a person is writing: then letters are letters. */
export function isWriting(target) {
  return Boolean(target?.closest?.('input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]'));
}

/** Says it to readers, without moving anything. */
export function say(words) {
  const place = document.getElementById('said');
  if (place) place.textContent = words;
}

/** Whether this is a computer with a ⌘ key. */
export const hasCommand = /Mac|iPhone|iPad/.test(navigator.platform);

/** A piece of a page from the server; null when there is none, or when signing in is needed first. */
export async function piece(address, signal) {
  try {
    const answer = await fetch(address, { headers: { accept: 'text/html' }, signal, redirect: 'error' });
    return answer.ok ? await answer.text() : null;
  } catch {
    return null;
  }
}
