// A page names its stream: <body data-live-url="/live">. A part names the events that concern it and where it comes
// from: <section data-live="figure feedback" hx-get="…" hx-trigger="live" hx-swap="outerHTML">. An event of the stream
// makes its parts fetch themselves, at most four times a second; hidden or paused pages wait. A part with data-hold waits while
// the pointer or the focus is in it, so that nothing moves under a hand. What carries data-mark (its name on the page) is
// marked with the class "new" when it was not there, or with another data-mark-value, before the part fetched itself.
const gap = 250

export function live(htmx) {
  const url = document.body.dataset.liveUrl
  if (!url) return
  const due = new Set()
  let paused = false, timer = 0, last = 0, source = null, position = ''

  const say = state => {
    for (const el of document.querySelectorAll('[data-live-state]')) {
      el.dataset.state = state
      el.textContent = el.dataset[state] ?? el.textContent
    }
  }
  const held = el => el.hasAttribute('data-hold') && (el.matches(':hover') || el.contains(document.activeElement))
  const flush = () => {
    timer = 0
    if (paused || document.hidden) return
    last = Date.now()
    let waiting = false
    for (const part of document.querySelectorAll('[data-live]')) {
      if (!part.dataset.live.split(' ').some(n => due.has(n)) && !part.hasAttribute('data-stale')) continue
      if (held(part)) { part.setAttribute('data-stale', ''); waiting = true; continue }
      part.removeAttribute('data-stale')
      htmx.trigger(part, 'live')
    }
    due.clear()
    if (waiting) timer = setTimeout(flush, 1000)
  }
  const wake = () => { if (!timer) timer = setTimeout(flush, Math.max(0, last + gap - Date.now())) }
  const on = name => e => { due.add(name); position = e.lastEventId || position; wake() }

  const open = () => {
    source = new EventSource(url + (position ? (url.includes('?') ? '&' : '?') + 'after=' + encodeURIComponent(position) : ''))
    source.onopen = () => say(paused ? 'paused' : 'on')
    source.onerror = () => { say('lost'); if (source.readyState === EventSource.CLOSED) setTimeout(open, 3000) }
    const names = new Set()
    for (const part of document.querySelectorAll('[data-live]')) part.dataset.live.split(' ').forEach(n => names.add(n))
    for (const n of names) source.addEventListener(n, on(n))
  }
  document.addEventListener('click', e => {
    const b = e.target.closest('[data-live-pause]')
    if (!b) return
    paused = !paused
    for (const other of document.querySelectorAll('[data-live-pause]')) {
      other.setAttribute('aria-pressed', String(paused))
      other.setAttribute('aria-label', paused ? other.dataset.resume : other.dataset.pause)
    }
    say(paused ? 'paused' : 'on')
    if (!paused) wake()
  })
  document.addEventListener('visibilitychange', () => { if (!document.hidden) wake() })
  addEventListener('pagehide', () => source?.close())
  addEventListener('pageshow', e => { if (e.persisted) open() })
  const marks = () => new Map(Array.from(document.querySelectorAll('[data-mark]'), el => [el.dataset.mark, el.dataset.markValue]))
  let before = null
  document.addEventListener('htmx:beforeSwap', e => { before = e.target.matches?.('[data-live]:not([aria-busy])') ? marks() : null })
  document.addEventListener('htmx:afterSwap', () => {
    if (before) for (const el of document.querySelectorAll('[data-mark]')) {
      if (before.get(el.dataset.mark) !== el.dataset.markValue) el.classList.add('new')
    }
    before = null
  })
  document.addEventListener('htmx:afterSwap', e => { if (e.target.closest?.('[data-live]')) say(paused ? 'paused' : 'on') })
  open()
}
