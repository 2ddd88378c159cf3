// The screen on the wall: one view at a time. Space pauses, the arrows lead to the next and the one before. What is shown stays when
// the network goes, under a line that says since when.
export function wall() {
  const root = document.querySelector('[data-wall]')
  if (!root) return
  const every = Number(root.dataset.wall) * 1000
  const place = root.querySelector('[data-wall-place]')
  const lost = root.querySelector('[data-wall-lost]')
  let at = 0, paused = false, timer = 0

  const views = () => [...root.querySelectorAll('[data-wall-view]')]
  const show = () => {
    const all = views()
    if (!all.length) return
    at = (at + all.length) % all.length
    all.forEach((v, i) => { v.hidden = i !== at })
    if (place) place.textContent = `${at + 1} / ${all.length}${paused ? ' ❚❚' : ''}`
  }
  const wait = () => {
    clearTimeout(timer)
    if (!paused) timer = setTimeout(() => { at++; show(); wait() }, every)
  }
  const go = by => { at += by; show(); wait() }

  addEventListener('keydown', e => {
    if (e.ctrlKey || e.metaKey || e.altKey) return
    if (e.key === 'ArrowRight') go(1)
    else if (e.key === 'ArrowLeft') go(-1)
    else if (e.key === ' ') { paused = !paused; go(0) }
    else return
    e.preventDefault()
  })
  document.addEventListener('htmx:afterSwap', show)

  const state = root.querySelector('[data-live-state]')
  const network = () => {
    const gone = !navigator.onLine || state?.dataset.state === 'lost'
    if (gone && lost.hidden) {
      lost.textContent = `${lost.dataset.says} ${new Date().toLocaleTimeString(document.documentElement.lang, { hour: '2-digit', minute: '2-digit' })}`
    }
    lost.hidden = !gone
  }
  if (state) new MutationObserver(network).observe(state, { attributes: true, attributeFilter: ['data-state'] })
  addEventListener('online', network)
  addEventListener('offline', network)
  show()
  wait()
}
