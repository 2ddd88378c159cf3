// One screen, many people: back to the start after the thanks or when nobody is there any more. What cannot be sent waits
// in the browser and is sent when the network is back; nobody sees it again.
import { show } from './respond.js'

const root = document.documentElement
const words = { ...root.dataset }
const start = { body: document.body.cloneNode(true), lang: root.lang, dir: root.dir, title: document.title }
const read = name => Number(new URLSearchParams(location.search).get(name))
const idleAfter = (read('idle') || 45) * 1000
const thanksFor = (read('thanks') || 8) * 1000
const warnFor = 15000

let timer, warning, touched = false

function again() {
  clearTimeout(timer)
  warning = null
  touched = false
  root.lang = start.lang
  root.dir = start.dir
  document.title = start.title
  document.body.replaceWith(start.body.cloneNode(true))
  scrollTo(0, 0)
  document.activeElement?.blur?.()
  document.dispatchEvent(new Event('vigie:start'))
}

const done = () => document.querySelector('.thanks')

// wait is how long the screen may stay as it is.
function wait() {
  clearTimeout(timer)
  warning?.remove()
  warning = null
  if (done()) { timer = setTimeout(again, document.querySelector('main form') && touched ? idleAfter : thanksFor); return }
  if (touched) timer = setTimeout(warn, idleAfter)
}

function warn() {
  warning = document.createElement('div')
  warning.className = 'still'
  warning.role = 'alertdialog'
  warning.ariaLabel = words.idle
  const text = document.createElement('p')
  text.textContent = words.idle
  const stay = document.createElement('button')
  stay.type = 'button'
  stay.textContent = words.stay
  warning.append(text, stay)
  document.body.append(warning)
  stay.focus()
  timer = setTimeout(again, warnFor)
}

function restart() {
  if (document.querySelector('.restart')) return
  const b = document.createElement('button')
  b.type = 'button'
  b.className = 'restart'
  b.textContent = words.again
  b.onclick = again
  document.querySelector('header')?.append(b)
}

document.addEventListener('vigie:shown', () => { touched = !done(); restart(); wait() })
document.addEventListener('vigie:kept', () => {
  const p = document.createElement('p')
  p.className = 'thanks'
  p.setAttribute('role', 'status')
  p.textContent = words.thanks
  document.querySelector('main').replaceChildren(p)
  wait()
})
for (const kind of ['pointerdown', 'keydown', 'input']) {
  addEventListener(kind, () => {
    touched = true
    wait()
    if (kind === 'pointerdown' && !document.fullscreenElement && root.requestFullscreen) root.requestFullscreen().catch(() => {})
  }, true)
}
// A link of the survey (its language, the question before) is followed in place: the address stays that of the start.
addEventListener('click', async e => {
  const a = e.target.closest?.('a[href]')
  if (!a) return
  e.preventDefault()
  if (!a.pathname.startsWith('/q/') && !a.pathname.startsWith('/s/')) return
  try { await show(await fetch(a.href)) } catch { wait() }
}, true)
addEventListener('contextmenu', e => e.preventDefault())
// A start that nobody touched for an hour is read again, for a survey that changed.
setInterval(() => { if (!touched && navigator.onLine) fetch(location.href, { method: 'HEAD' }).then(r => { if (r.ok && !touched) location.reload() }).catch(() => {}) }, 3600000)
