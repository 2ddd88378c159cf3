// The offline shell. It keeps one page that says there is no network, and the files it needs: nothing else is ever
// kept, so that no figure and no word of a customer stays in the browser. The server writes self.shell above.
const name = 'vigie-' + self.shell.version

self.addEventListener('install', e => e.waitUntil((async () => {
  const cache = await caches.open(name)
  await Promise.all(self.shell.files.map(async f => {
    const answer = await fetch(f, { credentials: 'omit', cache: 'reload' })
    if (answer.ok && !answer.redirected) await cache.put(f, answer)
  }))
  await self.skipWaiting()
})()))

self.addEventListener('activate', e => e.waitUntil((async () => {
  for (const k of await caches.keys()) if (k !== name) await caches.delete(k)
  await self.clients.claim()
})()))

self.addEventListener('fetch', e => {
  const r = e.request
  if (r.method !== 'GET') return
  if (r.mode === 'navigate') {
    e.respondWith(fetch(r).catch(async () => (await caches.match(self.shell.page)) ?? Response.error()))
  } else if (self.shell.files.includes(new URL(r.url).pathname)) {
    e.respondWith(caches.match(r).then(kept => kept ?? fetch(r)))
  }
})
