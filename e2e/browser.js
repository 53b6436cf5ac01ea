// A browser and a server to look at: what every browser test begins with.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Starts a program that prints its address, and gives the address and how to stop it. */
export async function serve(program, args) {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const address = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (status) => reject(new Error(`${program} ended with status ${status}`)));
    let said = '';
    child.stdout.on('data', (bytes) => {
      said += bytes;
      const found = said.match(/http:\/\/[^/\s]+/);
      if (found) resolve(found[0]);
    });
  });
  return { address, stop: () => child.kill() };
}

export function browser() {
  const executablePath = process.env.KEPT_CHROMIUM ?? '/usr/bin/chromium';
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
}

/** A page that remembers what the browser complained about. */
export async function open(context, address) {
  const page = await context.newPage();
  page.complaints = [];
  page.on('console', (message) => {
    // A refused form is an answer; the browser writes it down as an error.
    const refused = /status of 4(04|22)|status of 5\d\d|status of 4\d\d/.test(message.text());
    if (message.type() === 'error' && !refused) page.complaints.push(message.text());
  });
  page.on('pageerror', (error) => page.complaints.push(String(error)));
  await page.goto(address);
  return page;
}

/** What axe finds on a page, as lines: rule, element, help. */
export async function findings(page) {
  // Through the debugging protocol, which the policy of the page does not bind.
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  }));
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 160)} ${node.failureSummary.replace(/\s+/g, ' ')}`));
}
