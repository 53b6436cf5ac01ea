// Looks at what is written, half a second after typing stops. A field says which button does it in `data-check`; the button sends its form
// into the frame that it names, and what is written stays as it is.

/** So long nobody has typed. */
const QUIET = 500;
let waiting = 0;

export function checks() {
  document.addEventListener('input', (event) => {
    const asked = event.target.dataset?.check;
    if (!asked) return;
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      const button = document.getElementById(asked);
      if (button?.form && event.target.isConnected) button.form.requestSubmit(button);
    }, QUIET);
  });
  // What is sent is looked at there.
  document.addEventListener('submit', () => clearTimeout(waiting), true);
}
