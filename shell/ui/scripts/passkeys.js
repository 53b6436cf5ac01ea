// Passkeys: only a script can ask the browser for one. What the server asks comes as JSON, what the browser answers goes back
// as fields of a form. Where the browser has no passkeys, nothing of this is shown.
import { onPage } from './page.js';

/** So long before a challenge ends the browser is asked anew, in milliseconds. */
const EARLIER = 30000;

/** The question that the browser holds open, if any: it takes one at a time. */
let open = null;
const armed = new WeakSet();

export function passkeys() {
  if (!window.PublicKeyCredential || !navigator.credentials) return;
  document.addEventListener('click', (event) => {
    const form = event.target.closest?.('[data-passkey-act]')?.form;
    if (form?.dataset.passkey === 'make') make(form);
    if (form?.dataset.passkey === 'show') show(form);
  });
  for (const gone of ['turbo:before-visit', 'turbo:before-cache']) document.addEventListener(gone, stop);
  onPage(() => {
    for (const absent of document.querySelectorAll('[data-passkey-absent]')) absent.hidden = true;
    for (const place of document.querySelectorAll('[data-passkey-place], form[data-passkey]')) place.hidden = false;
    const form = document.querySelector('form[data-passkey=show]');
    if (form && !armed.has(form)) {
      armed.add(form);
      offer(form);
    }
  });
}

/** The passkeys among what the browser offers to fill into the field of the email, where it can do that. */
async function offer(form) {
  if (!await PublicKeyCredential.isConditionalMediationAvailable?.()) return;
  while (form.isConnected) {
    const asked = await question();
    if (!asked || !form.isConnected || open) return;
    const mine = begin();
    const anew = setTimeout(() => mine.abort('anew'), asked.timeout - EARLIER);
    try {
      const { timeout, ...publicKey } = asked;
      return send(form, shown(await navigator.credentials.get({ publicKey, mediation: 'conditional', signal: mine.signal })));
    } catch {
      // Silent: nobody has asked for it. Too old, it is asked again; for a press of the button it gives way.
      if (mine.signal.reason !== 'anew') return;
    } finally {
      clearTimeout(anew);
      end(mine);
    }
  }
}

async function show(form) {
  stop();
  tell(form, '');
  const publicKey = await question();
  if (!publicKey) return tell(form, 'The server does not answer. Try again when the line is back.');
  const mine = begin();
  try {
    send(form, shown(await navigator.credentials.get({ publicKey, signal: mine.signal })));
  } catch (error) {
    if (mine.signal.aborted) return;
    tell(form, 'No passkey was used. Try again, or sign in with your password.');
    armed.delete(form);
  } finally {
    end(mine);
  }
}

async function make(form) {
  stop();
  tell(form, '');
  const asked = JSON.parse(form.dataset.passkeyAsked);
  asked.challenge = bytes(asked.challenge);
  asked.user.id = bytes(asked.user.id);
  for (const known of asked.excludeCredentials) known.id = bytes(known.id);
  const mine = begin();
  try {
    const { response } = await navigator.credentials.create({ publicKey: asked, signal: mine.signal });
    send(form, {
      client_data: text(response.clientDataJSON),
      authenticator_data: text(response.getAuthenticatorData()),
      transports: (response.getTransports?.() ?? []).join(' '),
    });
  } catch (error) {
    if (mine.signal.aborted) return;
    tell(form, error.name === 'InvalidStateError' ? 'This device has a passkey for you already.'
      : 'No passkey was made. Try again, or use another device.');
  } finally {
    end(mine);
  }
}

/** What the server asks whoever wants to sign in; null when it does not answer. */
async function question() {
  try {
    const answer = await fetch('/sign-in/passkey', { headers: { accept: 'application/json' }, redirect: 'error' });
    if (!answer.ok) return null;
    const asked = await answer.json();
    asked.challenge = bytes(asked.challenge);
    return asked;
  } catch {
    return null;
  }
}

function shown({ rawId, response }) {
  return {
    credential: text(rawId),
    client_data: text(response.clientDataJSON),
    authenticator_data: text(response.authenticatorData),
    signature: text(response.signature),
    handle: response.userHandle ? text(response.userHandle) : '',
  };
}

function send(form, fields) {
  for (const [name, value] of Object.entries(fields)) form.elements[name].value = value;
  form.requestSubmit();
}

function tell(form, words) {
  form.querySelector('[data-passkey-said]').textContent = words;
}

function begin() {
  open = new AbortController();
  return open;
}

function end(mine) {
  if (open === mine) open = null;
}

function stop() {
  open?.abort('elsewhere');
  open = null;
}

function bytes(text) {
  return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0));
}

function text(buffer) {
  const letters = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join('');
  return btoa(letters).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
