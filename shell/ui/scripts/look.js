// Light or dark, rail wide or folded: chosen here, remembered in a cookie, so that the server draws it so at once.
import { onPage } from './page.js';

const YEAR = 31536000;

export function look() {
  document.addEventListener('click', (event) => {
    const act = event.target.closest?.('[data-act]')?.dataset.act;
    if (act === 'theme') theme();
    if (act === 'fold') fold();
  });
  onPage(() => {
    for (const button of document.querySelectorAll('[data-act=theme], [data-act=fold]')) button.hidden = false;
  });
}

function theme() {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  root.dataset.theme = dark ? 'light' : 'dark';
  remember('kept-theme', root.dataset.theme);
}

function fold() {
  const folded = document.querySelector('.frame')?.classList.toggle('is-folded');
  remember('kept-rail', folded ? 'folded' : 'wide');
}

function remember(name, value) {
  const https = location.protocol === 'https:';
  const [prefix, secure] = https ? ['__Host-', '; Secure'] : ['', ''];
  document.cookie = `${prefix}${name}=${value}; Path=/; Max-Age=${YEAR}; SameSite=Lax${secure}`;
}
