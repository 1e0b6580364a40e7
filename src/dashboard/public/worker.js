// Shows notifications where a page may not show its own (phones), and leads from one to its item. It answers no requests
// and keeps nothing: the page always comes from the server, so after an upgrade there is nothing old to be shown.

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(show(event.notification.data?.href));
});

/** Goes to an address of this page: in a window that shows its workspace already, else in a new one. */
async function show(href) {
  const wanted = new URL(href, self.location.origin);
  if (wanted.origin !== self.location.origin) return;
  const workspaceOf = ({ pathname }) => pathname.split("/")[2];
  const windows = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const open = windows.find(({ url }) => workspaceOf(new URL(url)) === workspaceOf(wanted));
  if (!open) {
    await self.clients.openWindow(wanted.href);
    return;
  }
  open.postMessage({ type: "show", href: wanted.pathname + wanted.search });
  // Only right after a person's own click; otherwise the window has the item without the focus.
  await open.focus().catch(() => undefined);
}
