// What a mark of a chart says, at once under the pointer and at the focus: the browser's own takes a second and never shows at
// the focus. It is said to who listens by the mark itself, so that the tip is for the eyes alone.
const marks = '.chart-box svg rect, table.heat td a, table.heat td[title]'

export function tips() {
  let tip = null, focused = null
  const hide = () => { focused = null; if (tip) tip.hidden = true }
  const words = mark => {
    const title = mark.querySelector('title')
    if (title) { mark.dataset.says = title.textContent; title.remove() }
    if (mark.title) { mark.dataset.says = mark.title; mark.removeAttribute('title') }
    return mark.dataset.says
  }
  const show = (mark, x, y) => {
    const text = words(mark)
    if (!text) return hide()
    if (!tip?.isConnected) {
      tip = document.createElement('div')
      tip.className = 'tip'
      tip.setAttribute('aria-hidden', 'true')
      document.body.append(tip)
    }
    tip.textContent = text
    tip.hidden = false
    const { width, height } = tip.getBoundingClientRect()
    tip.style.left = Math.max(8, Math.min(x + 12, innerWidth - width - 8)) + 'px'
    tip.style.top = (y - height - 12 < 8 ? y + 20 : y - height - 12) + 'px'
  }
  const beside = () => {
    const box = focused.getBoundingClientRect()
    show(focused, box.left, box.top)
  }
  document.addEventListener('pointermove', e => {
    const mark = e.target.closest?.(marks)
    mark ? show(mark, e.clientX, e.clientY) : hide()
  })
  document.addEventListener('focusin', e => {
    const mark = e.target.closest?.(marks)
    if (!mark?.matches(':focus-visible')) return hide()
    focused = mark
    beside()
  })
  document.addEventListener('keydown', e => { if (e.key === 'Escape') hide() })
  // The focus itself scrolls to what it is on.
  addEventListener('scroll', () => { focused?.isConnected ? beside() : hide() }, { passive: true, capture: true })
}
