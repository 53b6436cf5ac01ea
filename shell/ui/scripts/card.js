// The card of a clause: opens on hover and focus of its mark, stays while the pointer is on it, goes with Escape.
import { piece } from './page.js';

const known = new Map();
let mark = null;
let opening = 0;
let closing = 0;

export function card() {
  document.addEventListener('pointerover', (event) => {
    if (event.pointerType === 'touch') return;
    const over = event.target.closest?.('[data-card]');
    if (over) soon(over, 220);
    else if (event.target.closest?.('#card')) clearTimeout(closing);
    else later();
  });
  document.addEventListener('focusin', (event) => {
    const on = event.target.closest?.('[data-card]');
    if (on && event.target.matches(':focus-visible')) soon(on, 220);
    else if (!event.target.closest?.('#card')) later();
  });
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && isOpen()) { close(); event.preventDefault(); event.stopPropagation(); }
  }, true);
  for (const gone of ['turbo:before-visit', 'turbo:before-cache']) document.addEventListener(gone, () => { close(); known.clear(); });
  window.addEventListener('scroll', () => { if (isOpen()) close(); }, { passive: true, capture: true });
}

const place = () => document.getElementById('card');
const isOpen = () => Boolean(place()?.matches(':popover-open'));

function soon(wanted, delay) {
  clearTimeout(closing);
  if (wanted === mark && isOpen()) return;
  clearTimeout(opening);
  opening = setTimeout(() => open(wanted), delay);
}

function later() {
  clearTimeout(opening);
  clearTimeout(closing);
  if (isOpen()) closing = setTimeout(close, 250);
}

async function open(wanted) {
  const address = wanted.dataset.card;
  if (!known.has(address)) {
    const html = await piece(address);
    if (html === null) return;
    known.set(address, html);
  }
  const box = place();
  if (!box || !wanted.isConnected || !(wanted.matches(':hover') || wanted === document.activeElement)) return;
  close();
  mark = wanted;
  box.innerHTML = known.get(address);
  box.setAttribute('aria-label', `Clause ${wanted.textContent.trim()}`);
  wanted.classList.add('is-open');
  wanted.setAttribute('aria-describedby', 'card');
  box.showPopover();
  beside(wanted, box);
}

/** Under the mark, or over it where there is no room; on a phone the stylesheet makes it a sheet. */
function beside(wanted, box) {
  if (matchMedia('(max-width: 699px)').matches) return;
  const at = wanted.getBoundingClientRect();
  const { width, height } = box.getBoundingClientRect();
  const top = at.bottom + 8 + height > innerHeight && at.top > height + 8 ? at.top - height - 8 : at.bottom + 8;
  const left = Math.min(Math.max(at.left, 8), innerWidth - width - 8);
  // Through the object model, which the policy allows where attributes are refused.
  box.style.setProperty('--card-top', `${Math.round(top)}px`);
  box.style.setProperty('--card-left', `${Math.round(left)}px`);
}

function close() {
  clearTimeout(opening);
  clearTimeout(closing);
  mark?.classList.remove('is-open');
  mark?.removeAttribute('aria-describedby');
  mark = null;
  if (isOpen()) place().hidePopover();
}
