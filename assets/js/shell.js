// What surrounds every page: the network that goes and comes, a page slow to come, tables wider than their card, toasts.

export function shell() {
  const note = document.querySelector('[data-offline]')
  const network = () => { if (note) note.hidden = navigator.onLine }
  addEventListener('online', network)
  addEventListener('offline', network)
  network()
  loading()
  tables()
  tabs()
  toasts()
  // The worker keeps an offline page. Browsers have it where the address is safe.
  const worker = document.querySelector('link[data-worker]')?.dataset.worker
  if (worker && document.querySelector('.rail')) navigator.serviceWorker?.register(worker).catch(() => {})
}

// loading shows a bar, and says so, when the next page takes longer than a glance.
function loading() {
  const bar = document.querySelector('[data-loading]')
  if (!bar) return
  let timer
  const stop = () => { clearTimeout(timer); bar.classList.remove('on'); bar.textContent = '' }
  addEventListener('beforeunload', () => {
    timer = setTimeout(() => { bar.classList.add('on'); bar.textContent = bar.dataset.says }, 400)
  })
  addEventListener('pagehide', stop)
  addEventListener('pageshow', stop)
}

// tabs brings the current part of a page into sight, where they are wider than the screen.
function tabs() {
  document.querySelectorAll('.tabs').forEach(nav => {
    const here = nav.querySelector('[aria-current]')
    if (here) nav.scrollLeft = here.offsetLeft - (nav.clientWidth - here.offsetWidth) / 2
  })
}

// tables shows the hint of those that scroll sideways, until they were scrolled.
function tables() {
  const check = box => {
    const hint = box.previousElementSibling
    if (hint?.classList.contains('table-hint')) hint.hidden = box.scrollWidth <= box.clientWidth + 1 || box.scrollLeft > 8
  }
  const watch = new ResizeObserver(seen => seen.forEach(x => check(x.target.closest('.table-box') ?? x.target)))
  const all = root => root.querySelectorAll?.('.table-box').forEach(box => {
    watch.observe(box)
    box.addEventListener('scroll', () => check(box), { passive: true })
  })
  all(document)
  document.addEventListener('htmx:load', e => all(e.target))
}

function toasts() {
  document.addEventListener('click', e => {
    const close = e.target.closest('[data-dismiss]')
    if (close) close.closest('.toast')?.remove()
  })
}
