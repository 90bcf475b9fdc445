// The service worker: keeps the pages for practising and for scanning without a connection and what they are drawn
// with, and nothing of anybody. It is served from /sw.js behind two lines that name the VERSION and the FILES.

const SHELL = "/practice/offline"; // stands in for any page
const SCANNER = "/training/scanner";
const DECODER = "/static/qr-";
const CACHE = `examprep-${VERSION}`;
const AWAY = [502, 504]; // what stands before the server says for it when it is gone

self.addEventListener("install", (event) => {
  const fresh = FILES.map((address) => new Request(address, { cache: "reload" }));
  event.waitUntil(
    caches
      .open(CACHE)
      .then((cache) => cache.addAll(fresh))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener("activate", (event) => {
  const old = (names) => names.filter((name) => name.startsWith("examprep-") && name !== CACHE);
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(old(names).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

// Only of its own cache: a newer worker's may stand beside it.
const kept = async (address, options) => (await caches.open(CACHE)).match(address, { ignoreVary: true, ...options });

async function page(request) {
  try {
    const answer = await fetch(request);
    if (!AWAY.includes(answer.status)) return answer;
  } catch {
    // No connection, or no server: the kept page says so.
  }
  return (await kept(new URL(request.url).pathname === SCANNER ? SCANNER : SHELL)) ?? Response.error();
}

// What has a version in its address never changes; what has none is asked for first.
async function file(request, versioned) {
  const found = await kept(request, { ignoreSearch: !versioned });
  if (versioned) return found ?? fetch(request);
  try {
    return await fetch(request);
  } catch {
    return found ?? Response.error();
  }
}

// A decoder of codes is kept by who asks for it: its address names its version.
async function decoder(request) {
  const found = await kept(request);
  if (found) return found;
  const answer = await fetch(request);
  if (answer.ok) await (await caches.open(CACHE)).put(request, answer.clone());
  return answer;
}

// Whoever signs out leaves no questions to the next one; answers that have not been sent stay for their person alone.
function forget() {
  return new Promise((resolve) => {
    const ask = indexedDB.open("examprep");
    ask.onerror = resolve;
    ask.onsuccess = () => {
      const database = ask.result;
      const close = () => {
        database.close();
        resolve();
      };
      if (!database.objectStoreNames.contains("facts")) return close();
      const change = database.transaction(["facts", "packs"], "readwrite");
      change.objectStore("facts").delete("owner");
      change.objectStore("facts").delete(IDBKeyRange.bound(["scanner"], ["scanner", []]));
      change.objectStore("packs").clear();
      change.oncomplete = change.onabort = close;
    };
    ask.onupgradeneeded = () => ask.transaction.abort(); // there is nothing to forget
  });
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname, search } = new URL(request.url);
  if (origin !== self.location.origin) return;
  if (request.method === "POST" && pathname === "/sign-out") event.waitUntil(forget());
  else if (request.method !== "GET") return;
  else if (request.mode === "navigate") event.respondWith(page(request));
  else if (pathname.startsWith(DECODER)) event.respondWith(decoder(request));
  else if (FILES.some((address) => address.split("?")[0] === pathname)) {
    event.respondWith(file(request, search.startsWith("?v=") || pathname.startsWith("/bootstrap/")));
  }
});
