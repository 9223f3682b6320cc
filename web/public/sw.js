/**
 * Opens the page while the workspace is away, so that a tab says so and waits instead of showing the browser's error.
 *
 * Only the page itself is kept, never an answer of the API: what a person wrote and read is on the server alone.
 * Pages are asked from the server first; the hashed files never change, so they are taken from the cache.
 */
const CACHE = "flowent-page-1";
const PAGE = "/";

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.add(PAGE)));
  self.skipWaiting();
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin || url.pathname.startsWith("/api/")) {
    return;
  }
  if (request.mode === "navigate") {
    // A one-time link must reach the server, and nothing may remember it.
    if (url.pathname !== "/login") {
      event.respondWith(page(request));
    }
  } else if (url.pathname.startsWith("/assets/")) {
    event.respondWith(asset(request));
  }
});

/** A notification leads to its conversation: in a tab that is open, else in a new one. */
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(show(`/c/${event.notification.tag}`));
});

async function show(path) {
  const [open] = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  if (open) {
    await open.focus();
    open.postMessage({ open: path });
  } else {
    await self.clients.openWindow(path);
  }
}

async function page(request) {
  try {
    const answer = await fetch(request);
    if (answer.ok) {
      const cache = await caches.open(CACHE);
      await cache.put(PAGE, answer.clone());
      await forgetOldAssets(cache, await answer.clone().text());
    }
    return answer;
  } catch (error) {
    const kept = await caches.match(PAGE);
    if (kept) {
      return kept;
    }
    throw error;
  }
}

async function asset(request) {
  const kept = await caches.match(request);
  if (kept) {
    return kept;
  }
  const answer = await fetch(request);
  if (answer.ok) {
    const cache = await caches.open(CACHE);
    await cache.put(request, answer.clone());
  }
  return answer;
}

/** After an upgrade the page names another entry file: everything that was kept for the old one goes. */
async function forgetOldAssets(cache, html) {
  const entry = /\/assets\/[^"]+\.js/.exec(html)?.[0];
  const known = await cache.match("/entry");
  if (entry === undefined || (known && (await known.text()) === entry)) {
    return;
  }
  const kept = await cache.keys();
  await Promise.all(
    kept.filter(({ url }) => new URL(url).pathname.startsWith("/assets/")).map((old) => cache.delete(old)),
  );
  await cache.put("/entry", new Response(entry));
}
