// Putting things in order by pointer: a mouse or a pen takes a [data-item] anywhere, a finger by its [data-grip], so that
// the page still scrolls. It is dropped into a [data-list] of its kind, or of what stands around one ([data-around]); the
// list names the form that is then sent, filled with what moved, where to and before how many others.
const controls = 'button, input, select, textarea, summary, label'
const far = 6 // pixels, under which it is a click
const edge = 56 // pixels from the edges of the window, where it scrolls

export function drag(send) {
  let held = null
  document.addEventListener('pointerdown', e => {
    const item = e.target.closest?.('[data-item]')
    if (!item || e.button !== 0 || !e.isPrimary || !takes(e)) return
    held = { item, kind: item.dataset.item, x: e.clientX, y: e.clientY, from: [e.clientX, e.clientY + scrollY], moving: false }
  })
  document.addEventListener('pointermove', e => {
    if (!held) return
    held.x = e.clientX
    held.y = e.clientY
    if (!held.moving && !begin(held, e)) return
    follow(held)
    mark(target(held))
  })
  document.addEventListener('pointerup', () => {
    const at = held?.moving && target(held)
    if (held?.moving) swallowClick()
    const was = held
    held = end(held)
    if (at && !same(was.item, at)) send(filled(was, at))
  })
  document.addEventListener('pointercancel', () => { held = end(held) })
  document.addEventListener('keydown', e => { if (e.key === 'Escape') held = end(held) })
}

const takes = e => e.target.closest('[data-grip]') || (e.pointerType !== 'touch' && !e.target.closest(controls))

function begin(held, e) {
  if (Math.hypot(held.x - held.from[0], held.y + scrollY - held.from[1]) < far) return false
  held.moving = true
  held.item.setPointerCapture(e.pointerId)
  held.item.classList.add('dragged')
  document.documentElement.classList.add('dragging')
  const roll = () => {
    if (!held.moving) return
    const by = held.y < edge ? -9 : held.y > innerHeight - edge ? 9 : 0
    if (by) { scrollBy(0, by); follow(held) }
    const wide = held.item.closest('[data-scrolls]')
    if (wide) wide.scrollLeft += held.x < edge ? -9 : held.x > innerWidth - edge ? 9 : 0
    requestAnimationFrame(roll)
  }
  requestAnimationFrame(roll)
  return true
}

const follow = held => { held.item.style.translate = `${held.x - held.from[0]}px ${held.y + scrollY - held.from[1]}px` }

// target says into which list, and before which of its other things, the pointer is.
function target(held) {
  const under = document.elementFromPoint(held.x, held.y)
  const wanted = `[data-list="${held.kind}"]`
  const list = under?.closest(wanted) ?? under?.closest('[data-around]')?.querySelector(wanted)
  if (!list) return null
  const others = [...list.children].filter(c => c.dataset.item === held.kind && c !== held.item)
  const boxes = others.map(c => c.getBoundingClientRect())
  const across = boxes.length > 1 && Math.abs(boxes[0].top - boxes[1].top) < 8
  const before = others.find((_, i) => across ? held.x < boxes[i].left + boxes[i].width / 2 : held.y < boxes[i].top + boxes[i].height / 2)
  return { list, others, before }
}

// same tells whether it would be put back where it stands.
function same(item, at) {
  if (item.parentElement !== at.list) return false
  const next = item.nextElementSibling
  return at.before ? next === at.before : !next || next.dataset.item !== item.dataset.item
}

function filled(held, at) {
  const form = document.getElementById(at.list.dataset.form)
  const fill = (role, value) => { const el = form.querySelector(`[data-fill="${role}"]`); if (el) el.value = value }
  fill('item', held.item.dataset.key)
  fill('into', at.list.dataset.key)
  fill('place', at.before ? at.others.indexOf(at.before) : at.others.length)
  return form
}

const unmark = () => { for (const el of document.querySelectorAll('.over, .before')) el.classList.remove('over', 'before') }

function mark(at) {
  unmark()
  at?.list.classList.add('over')
  at?.before?.classList.add('before')
}

function end(held) {
  if (!held) return null
  held.moving = false
  unmark()
  held.item.classList.remove('dragged')
  held.item.style.translate = ''
  document.documentElement.classList.remove('dragging')
  return null
}

// swallowClick keeps what was dragged by its name from opening it.
function swallowClick() {
  const stop = e => { e.preventDefault(); e.stopPropagation() }
  document.addEventListener('click', stop, { capture: true, once: true })
  setTimeout(() => document.removeEventListener('click', stop, { capture: true }))
}
