// The screen on the wall: one view at a time, as large as the screen lets it. Space pauses, the arrows lead to the next and
// the one before, and so do the buttons. A view that failed is passed over while others stand. What is shown stays when the
// network goes, or when the server says nothing for long, under a line that says since when.
const silent = 3 * 60 * 1000 // without a new picture, though one is asked every minute
const largest = 2.4, smallest = 0.6

export function wall() {
  const root = document.querySelector('[data-wall]')
  if (!root) return
  const every = Number(root.dataset.wall) * 1000
  const part = name => root.querySelector(`[data-wall-${name}]`)
  const place = part('place'), lost = part('lost'), button = root.querySelector('[data-wall-do="pause"]')
  let at = 0, paused = false, timer = 0, heard = Date.now()

  const views = () => {
    const all = [...root.querySelectorAll('[data-wall-view]')]
    const sound = all.filter(v => !v.hasAttribute('data-wall-failed'))
    return sound.length ? sound : all
  }
  const show = () => {
    const all = views()
    if (!all.length) return
    at = (at + all.length) % all.length
    for (const v of root.querySelectorAll('[data-wall-view]')) v.hidden = v !== all[at]
    fit(all[at])
    if (place) place.textContent = `${at + 1} / ${all.length} · ${part('stage').dataset.at}`
  }
  const wait = () => {
    clearTimeout(timer)
    if (!paused) timer = setTimeout(() => { at++; show(); network(); wait() }, every)
  }
  const go = by => { at += by; show(); wait() }
  const pause = () => {
    paused = !paused
    button.setAttribute('aria-pressed', String(paused))
    button.setAttribute('aria-label', paused ? button.dataset.resume : button.dataset.pause)
    go(0)
  }
  const does = { on: () => go(1), back: () => go(-1), pause }

  root.addEventListener('click', e => does[e.target.closest('[data-wall-do]')?.dataset.wallDo]?.())
  addEventListener('keydown', e => {
    const act = { ArrowRight: does.on, ArrowLeft: does.back, ' ': does.pause }[e.key]
    if (!act || e.ctrlKey || e.metaKey || e.altKey || (e.key === ' ' && e.target.closest('button, a'))) return
    act()
    e.preventDefault()
  })
  document.addEventListener('htmx:afterSwap', () => { heard = Date.now(); show(); network() })
  addEventListener('resize', show)
  document.fonts?.ready.then(show)

  const state = root.querySelector('[data-live-state]')
  const network = () => {
    const gone = !navigator.onLine || state?.dataset.state === 'lost' || Date.now() - heard > silent
    if (gone) lost.textContent = `${lost.dataset.says} ${part('stage').dataset.at}`
    lost.hidden = !gone
  }
  if (state) new MutationObserver(network).observe(state, { attributes: true, attributeFilter: ['data-state'] })
  addEventListener('online', network)
  addEventListener('offline', network)
  show()
  wait()
}

// fit finds the largest size at which the whole of a view stands on the screen.
function fit(view) {
  const room = document.querySelector('.wall-foot').getBoundingClientRect().top - view.getBoundingClientRect().top - 8
  let low = smallest, high = largest
  for (let i = 0; i < 7; i++) {
    const size = (low + high) / 2
    view.style.zoom = size
    if (view.getBoundingClientRect().height <= room && view.scrollWidth <= view.clientWidth + 1) low = size
    else high = size
  }
  view.style.zoom = low
}
