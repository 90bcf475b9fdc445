// Has the service worker keep the off-line pages, in the language that is read here.

export async function keepPages(language) {
  const registered = await navigator.serviceWorker.register("/sw.js", { updateViaCache: "none" });
  const shell = await caches.match("/practice/offline", { ignoreVary: true });
  if (shell && shell.headers.get("Content-Language") !== language) await registered.update();
}
