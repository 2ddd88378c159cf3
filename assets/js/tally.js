// One tap counts a contact, at once on the screen. What cannot be sent waits in the browser; nothing in it says who taps.
const key = 'vigie.tally'
const waiting = () => { try { return JSON.parse(localStorage.getItem(key)) || [] } catch { return [] } }
const keep = list => { try { list.length ? localStorage.setItem(key, JSON.stringify(list)) : localStorage.removeItem(key) } catch { /* private mode: sent at once or not at all */ } }
const draw = () => [...crypto.getRandomValues(new Uint8Array(16))].map(b => b.toString(16).padStart(2, '0')).join('')
const today = () => { const d = new Date(); return [d.getFullYear(), d.getMonth() + 1, d.getDate()].map(n => String(n).padStart(2, '0')).join('-') }

let last, sending = false

function say(which, name = '') {
  const p = document.querySelector('.tally-said')
  if (p) p.textContent = p.dataset[which].replace('…', name)
}

function count(form, by) {
  const b = form?.querySelector('[data-tally-count]')
  if (b) b.textContent = Math.max(0, Number(b.textContent) + by)
}

const button = () => document.querySelector('[data-tally-undo]')

function tap(form) {
  const x = { do: '', id: draw(), reason: form.elements.reason.value, day: today() }
  keep([...waiting(), x])
  last = { x, form }
  count(form, 1)
  say('counted', form.dataset.name)
  if (button()) button().hidden = false
  send()
}

function undo() {
  if (!last) return
  const list = waiting()
  const there = list.some(w => w.id === last.x.id && !sending)
  keep(there ? list.filter(w => w.id !== last.x.id) : [...list, { do: '/undo', id: last.x.id }])
  count(last.form, -1)
  say('undone')
  last = null
  button().hidden = true
  send()
}

async function send() {
  if (sending) return
  sending = true
  try {
    for (let x = waiting()[0]; x; x = waiting()[0]) {
      const { do: what, ...fields } = x
      const r = await fetch('/listen/tally' + what, { method: 'POST', body: new URLSearchParams(fields), headers: { Accept: 'application/json' } })
      if (r.status >= 500 || r.status === 401 || r.status === 429) throw new Error(String(r.status))
      if (!r.ok) say('refused')
      keep(waiting().filter(w => w.id !== x.id || w.do !== x.do))
    }
  } catch { say('waiting') } finally { sending = false }
}

export function tallying() {
  document.addEventListener('submit', e => {
    if (!e.target.matches('form[data-tally]')) return
    e.preventDefault()
    e.stopPropagation()
    tap(e.target)
  }, true)
  document.addEventListener('click', e => { if (e.target.closest('[data-tally-undo]')) undo() })
  const again = () => { if (waiting().length) send() }
  addEventListener('online', again)
  setInterval(again, 10000)
  again()
}
