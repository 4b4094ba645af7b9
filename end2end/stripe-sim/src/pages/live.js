// Keeps the dashboard as it is at this moment: what changed is put in place, and what is new is marked for a while.
const EVERY_MS = 1000;

function rows(part) {
  return new Set([...part.querySelectorAll('tr')].map((row) => row.dataset.row));
}

// What tells one link or button from another.
function name(element) {
  return element.getAttribute('href') ?? element.getAttribute('aria-label');
}

function take(part, fresh) {
  if (part.innerHTML === fresh.innerHTML) return;
  const known = rows(part);
  // Somebody who is on a link or a button stays there.
  const on = part.contains(document.activeElement) ? name(document.activeElement) : null;
  part.innerHTML = fresh.innerHTML;
  if (on) [...part.querySelectorAll('a, button')].find((element) => name(element) === on)?.focus();
  for (const row of part.querySelectorAll('tr[data-row]')) {
    if (!known.has(row.dataset.row)) row.classList.add('new');
  }
}

async function refresh() {
  const answer = await fetch(location.href, { cache: 'no-store' });
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  for (const part of document.querySelectorAll('[data-live]')) {
    const fresh = page.getElementById(part.id);
    if (fresh) take(part, fresh);
  }
}

async function live() {
  if (!document.hidden) await refresh().catch(() => {});
  setTimeout(live, EVERY_MS);
}

setTimeout(live, EVERY_MS);
