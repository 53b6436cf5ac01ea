// Live pages. One tab of this browser holds the stream, for all of them; when it goes, another takes over. Every tab says
// what it shows, hears what has changed, and fetches its page again, morphed in place.
import { onPage } from './page.js';

const LOCK = 'kept-live';
/** So long after an abrupt end it is tried again, in milliseconds; then twice as long, up to a minute. */
const AGAIN = 2000;

const self = crypto.randomUUID();
/** What each tab shows, and since when: kept by the tab that holds the stream. */
const tabs = new Map();
let channel = null;
let leading = false;
let stream = null;
let hearing = '';
let mark = '';
let delay = AGAIN;
let timer = 0;

export function live() {
  if (!('locks' in navigator) || !('BroadcastChannel' in window)) return;
  channel = new BroadcastChannel(LOCK);
  channel.onmessage = ({ data }) => receive(data);
  onPage(tell);
  window.addEventListener('pagehide', () => post({ kind: 'gone', tab: self }));
  window.addEventListener('pageshow', tell);
  navigator.locks.request(LOCK, () => new Promise(() => {
    leading = true;
    channel.postMessage({ kind: 'who' });
    tell();
  }));
}

const meta = () => document.querySelector('meta[name=kept-live]');
const shown = () => (meta()?.content ?? '').split(' ').filter(Boolean);

/** Says to all tabs, this one too. */
function post(message) {
  channel.postMessage(message);
  receive(message);
}

function tell() {
  post({ kind: 'shows', tab: self, topics: shown(), since: meta()?.dataset.mark ?? '' });
}

function receive(message) {
  if (message.kind === 'who') tell();
  if (message.kind === 'changed') refresh(message);
  if (!leading) return;
  if (message.kind === 'gone') tabs.delete(message.tab);
  if (message.kind === 'shows') tabs.set(message.tab, message);
  if (message.kind === 'gone' || message.kind === 'shows') listen();
}

/** Opens a stream when a topic is shown that the open one does not carry; drops it when nobody shows any. */
function listen(force = false) {
  const wanted = new Set([...tabs.values()].flatMap(({ topics }) => topics));
  const carried = new Set(hearing.split(' ').filter(Boolean));
  if (!wanted.size) {
    stop();
    return;
  }
  if (stream && !force && [...wanted].every((topic) => carried.has(topic))) return;
  // From where this stream had come, or from the oldest page that shows what nobody listened to until now.
  const unheard = [...tabs.values()].filter(({ topics }) => topics.some((topic) => !carried.has(topic)));
  const since = oldest([mark, ...unheard.map((tab) => tab.since)].filter(Boolean));
  stop();
  hearing = [...wanted].sort().join(' ');
  stream = new EventSource(`/live?${new URLSearchParams({ topics: hearing, since })}`);
  stream.addEventListener('changed', (event) => {
    delay = AGAIN;
    mark = event.lastEventId;
    const { topics, by } = JSON.parse(event.data);
    if (topics.length) post({ kind: 'changed', topics, by });
  });
  stream.onerror = () => {
    if (stream?.readyState !== EventSource.CLOSED) return;
    stop();
    clearTimeout(timer);
    timer = setTimeout(() => listen(true), delay);
    delay = Math.min(delay * 2, 60000);
  };
}

function stop() {
  stream?.close();
  stream = null;
  hearing = '';
}

function oldest(marks) {
  return marks.sort((one, other) => Number(one.split('-')[1]) - Number(other.split('-')[1]))[0] ?? '';
}

function refresh({ topics, by }) {
  const mine = shown();
  if (topics.some((topic) => mine.includes(topic))) window.Turbo.session.refresh(location.href, by ?? undefined);
}
