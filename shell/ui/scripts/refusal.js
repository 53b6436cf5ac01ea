// When sending a form fails, its page stays as it is, with all that was written, and says over the form what happened.
// Left alone, Turbo would draw the failure in the place of the form, and what was written would be gone.
import { say } from './page.js';

export function refusal() {
  document.addEventListener('turbo:before-fetch-response', (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement)) return;
    clear(form);
    const { statusCode, contentType, responseHTML } = event.detail.fetchResponse;
    // 422 is the form again, with its errors.
    if (statusCode < 400 || statusCode === 422 || !contentType?.startsWith('text/html')) return;
    event.preventDefault();
    responseHTML.then((html) => tell(form, html));
  });
  document.addEventListener('turbo:fetch-request-error', (event) => {
    if (event.target instanceof HTMLFormElement) {
      notice(event.target, 'The server does not answer.', 'Nothing was sent. What you wrote is still here; send it again when the line is back.');
    }
  });
}

function tell(form, html) {
  const page = new DOMParser().parseFromString(html ?? '', 'text/html').querySelector('.page-error');
  const words = [...(page?.querySelectorAll('p:not(:has(a))') ?? [])].map((line) => line.textContent.trim()).join(' ');
  notice(form, page?.querySelector('h1')?.textContent ?? 'That did not work', words);
}

function clear(form) {
  if (form.previousElementSibling?.matches('[data-refusal]')) form.previousElementSibling.remove();
}

function notice(form, heading, words) {
  clear(form);
  const [first, second, strong] = ['p', 'p', 'b'].map((name) => document.createElement(name));
  strong.textContent = heading;
  first.append(strong);
  second.textContent = words;
  const text = document.createElement('div');
  text.append(first, second);
  const box = document.createElement('div');
  box.className = 'notice';
  box.dataset.refusal = '';
  box.dataset.state = 'overdue';
  box.append(document.createElement('span'), text);
  form.before(box);
  box.scrollIntoView({ block: 'nearest' });
  say(`${heading} ${words}`);
}
