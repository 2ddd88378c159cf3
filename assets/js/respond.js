// The pages of a survey work without this. With it: one tap answers, and what cannot be sent is kept and sent again.
const store = 'vigie.kept'
const kiosk = document.documentElement.hasAttribute('data-kiosk') // many people on one screen: what one leaves, the next never sees

const kept = () => { try { return JSON.parse(localStorage.getItem(store)) || [] } catch { return [] } }
const keep = list => { try { list.length ? localStorage.setItem(store, JSON.stringify(list)) : localStorage.removeItem(store) } catch { /* private mode: nothing is kept */ } }
const note = on => { const p = document.querySelector('[data-kept]'); if (p) p.hidden = !on }

async function post(action, body) {
  const r = await fetch(action, { method: 'POST', body: new URLSearchParams(body), headers: { 'Content-Type': 'application/x-www-form-urlencoded' } })
  if (r.status >= 500 || r.status === 429) throw new Error(String(r.status))
  return r
}

export async function show(r) {
  const page = new DOMParser().parseFromString(await r.text(), 'text/html')
  document.title = page.title
  document.documentElement.lang = page.documentElement.lang
  document.documentElement.dir = page.documentElement.dir
  document.body.replaceWith(document.adoptNode(page.body))
  if (!kiosk) history.pushState(null, '', r.url)
  const first = document.querySelector('[role=alert], h1, legend, label')
  if (first) { first.tabIndex = -1; first.focus({ preventScroll: true }) }
  scrollTo(0, 0)
  document.dispatchEvent(new Event('vigie:shown'))
  chosen()
}

// A server may ask for a little work before it opens a response: done while the person reads. Without it one waits instead.
const tasks = new Map()
function toil(form) {
  const task = form?.querySelector('[data-work]')
  if (!task || !globalThis.crypto?.subtle) return
  if (!tasks.has(task.value)) tasks.set(task.value, solve(task.value, Number(task.dataset.work)))
  return tasks.get(task.value).then(n => { form.querySelector('[name=worked]').value = n })
}
async function solve(task, bits) {
  const text = new TextEncoder()
  for (let n = 0; ; n++) {
    const h = new DataView(await crypto.subtle.digest('SHA-256', text.encode(task + '.' + n)))
    if (Math.clz32(h.getUint32(0)) >= bits) return n
  }
}
toil(document.querySelector('form[data-survey]'))

// Files are too heavy to be kept here: they are sent at once, with their progress, or asked for again.
function upload(form, by) {
  const data = new FormData(form), bar = [...form.querySelectorAll('[data-sending]')].find(p => [...p.parentElement.querySelectorAll('input[type=file]')].some(i => i.files.length))
  if (by?.name) data.append(by.name, by.value)
  if (bar) bar.hidden = false
  return new Promise((done, failed) => {
    const x = new XMLHttpRequest()
    x.upload.onprogress = e => { if (bar && e.lengthComputable) bar.querySelector('progress').value = e.loaded / e.total }
    x.onload = () => x.status >= 500 || x.status === 429 && !x.responseText ? failed() : done({ text: async () => x.responseText, url: x.responseURL })
    x.onerror = x.onabort = failed
    x.open('POST', form.getAttribute('action'))
    x.send(data)
  }).finally(() => { if (bar) bar.hidden = true })
}
async function carry(form, by) {
  try {
    await toil(form)
    await show(await upload(form, by))
  } catch {
    const p = form.querySelector('[data-toobig]')
    if (p) { p.textContent = form.dataset.unsent; p.hidden = false }
  } finally { sending = false }
}
function heavy(input) {
  const p = input.closest('div').querySelector('[data-toobig]'), over = [...input.files].some(f => f.size > Number(input.dataset.max))
  p.hidden = !over
  if (over) { p.textContent = input.dataset.big; input.value = '' }
  return over
}

// What a browser draws for a first screen: sent again after a line that broke, it opens nothing twice.
const draw = () => btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(18)))).replace(/[+/]/g, '-')
function once(form) {
  if (!form.getAttribute('action').startsWith('/q/') || form.elements.once) return
  const i = document.createElement('input')
  i.type = 'hidden'
  i.name = 'once'
  i.value = draw()
  form.append(i)
}

// A slider moves the number beside it, which alone is sent: one that nobody touched says nothing.
function slides() { for (const r of document.querySelectorAll('[data-slide]')) r.hidden = false }
slides()
document.addEventListener('vigie:shown', slides)
document.addEventListener('input', e => {
  const t = e.target
  if (t.matches('[data-slide]')) t.nextElementSibling.value = t.value
  else if (t.previousElementSibling?.matches('[data-slide]')) t.previousElementSibling.value = t.value
})

let sending = false
async function send(form, by) {
  if (sending) return
  sending = true
  if ([...form.querySelectorAll('input[type=file]')].some(i => i.files.length)) return carry(form, by)
  once(form)
  await toil(form)
  const said = [...new FormData(form)].filter(([, v]) => typeof v === 'string')
  if (by?.name) said.push([by.name, by.value])
  const body = new URLSearchParams(said).toString()
  const action = form.getAttribute('action')
  try {
    if (form.dataset.first) hold({ action, body: form.dataset.first + '&' + body, first: form.dataset.first, id: form.dataset.held })
    else {
      try {
        await show(await post(action, body))
        if (!kiosk) keep(kept().filter(k => k.action !== action))
      } catch { hold({ action, body, id: form.elements.once?.value || draw() }, true) }
    }
  } finally {
    sending = false
  }
}

// hold keeps what could not be sent. On a screen for many people, who began goes on with the rest of the questions, then the
// next one begins; elsewhere the screen stays and says so.
function hold(entry, begun) {
  keep([...kept().filter(k => k.id !== entry.id && (kiosk || k.action !== entry.action)), entry])
  if (!kiosk) return note(true)
  const rest = begun && entry.action.startsWith('/q/') && document.querySelector('template[data-rest]')
  if (!rest) return document.dispatchEvent(new Event('vigie:kept'))
  document.querySelector('main').replaceChildren(rest.content.cloneNode(true))
  const form = document.querySelector('form[data-survey]')
  form.dataset.held = entry.id
  form.dataset.first = entry.body
  scrollTo(0, 0)
  document.dispatchEvent(new Event('vigie:shown'))
}

// deliver sends what was kept. A task that serves no more is done again; when the rest is refused, the beginning still counts.
async function deliver(k) {
  let r = await post(k.action, k.body)
  if (r.status !== 422) return r
  const task = new DOMParser().parseFromString(await r.clone().text(), 'text/html').querySelector('[data-work]')
  const body = new URLSearchParams(k.body)
  if (task) {
    body.set('work', task.value)
    body.set('worked', await solve(task.value, Number(task.dataset.work)))
    r = await post(k.action, body.toString())
  }
  return r.status === 422 && k.first ? post(k.action, k.first) : r
}

let delivering = false
async function again() {
  const list = kept()
  if (!list.length || delivering || sending && !kiosk) return
  delivering = true
  let left = false
  try {
    for (const k of list) {
      let r
      try { r = await deliver(k) } catch (e) {
        left = true
        if (e instanceof TypeError) break // no network: the others neither
        continue
      }
      keep(kept().filter(x => x.id !== k.id || x.body !== k.body))
      if (!kiosk && document.querySelector('form')?.getAttribute('action') === k.action) await show(r)
    }
    note(left && !kiosk)
  } finally { delivering = false }
}

// A score chosen in a message counts once a person looks at the page: no scanner that fetches or prerenders it does.
function chosen() {
  const form = document.querySelector('form[data-chosen]')
  if (!form || document.prerendering || navigator.webdriver && !form.dataset.tried) return
  const go = () => { if (document.visibilityState === 'visible') { document.removeEventListener('visibilitychange', go); setTimeout(() => form.isConnected && send(form), 600) } }
  document.addEventListener('visibilitychange', go)
  go()
}

const oneTap = '.k-nps input[type=radio],.k-csat input[type=radio],.k-ces input[type=radio],.k-rating input[type=radio],.k-yesno input[type=radio]'

document.addEventListener('submit', e => { if (e.target.method === 'post') { e.preventDefault(); send(e.target, e.submitter) } })
document.addEventListener('change', e => {
  const t = e.target
  if (t.type === 'file' && t.form?.matches('[data-survey]')) {
    if (t.files.length && !heavy(t)) send(t.form, t.closest('div').querySelector('button[name=add]'))
    return
  }
  if (t.type === 'checkbox' && t.name.startsWith('a.')) {
    for (const o of t.closest('.options')?.querySelectorAll('input[type=checkbox]') ?? []) {
      if (o !== t && t.checked && ('alone' in t.dataset || 'alone' in o.dataset)) o.checked = false
    }
  }
  const form = t.closest('form[data-survey]')
  if (form && t.matches(oneTap) && form.querySelectorAll('.q').length === 1 && pointer) send(form)
})
// Arrow keys walk through the points of a scale: only a tap or a click answers at once.
let pointer = false
addEventListener('pointerdown', () => { pointer = true }, true)
addEventListener('keydown', () => { pointer = false }, true)
addEventListener('popstate', () => location.reload())
addEventListener('online', again)
setInterval(again, 5000)
again()
chosen()
