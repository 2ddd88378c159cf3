// A question of Vigie on somebody else's site: a button or a block in the page. No cookie, nothing stored, no style or
// script in the page's text, one fetch when it is opened. docs/widget.md says how it is called.
const script = document.currentScript
const home = new URL(script ? script.src : location.href).origin
const own = { fr: ['Votre avis', 'Fermer', 'Cela n’a pas fonctionné.', 'Réessayer', 'Ouvrir la page'], en: ['Feedback', 'Close', 'That did not work.', 'Try again', 'Open the page'] }

const css = `:host{all:initial;font:16px/1.45 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;color-scheme:light dark;
${LIGHT}}@media(prefers-color-scheme:dark){:host{${DARK}}}
*{box-sizing:border-box}[hidden]{display:none!important}
button,.b{font:inherit;font-weight:600;min-height:44px;padding:8px 18px;border:0;border-radius:10px;background:var(--accent);color:var(--on-accent);cursor:pointer;text-decoration:none;display:inline-block}
.open{position:fixed;bottom:16px;z-index:2147483000;border-radius:24px;box-shadow:var(--shadow-up)}
.right{right:16px}.left{left:16px}
.panel{color:var(--ink);background:var(--surface);border:1px solid var(--line-strong);border-radius:14px;padding:18px;max-width:100%}
.float{position:fixed;bottom:16px;z-index:2147483001;width:min(400px,calc(100vw - 32px));max-height:calc(100vh - 32px);overflow:auto;box-shadow:var(--shadow-up)}
.top{display:flex;gap:12px;align-items:start;justify-content:space-between}
h2{font-size:1rem;line-height:1.35;margin:0 0 4px}p{margin:0 0 10px}.m,details{color:var(--ink-2);font-size:.875rem}
.x{background:none;color:var(--ink);min-width:44px;padding:0;font-size:1.25rem;margin:-8px -8px 0 0}
fieldset{border:0;margin:12px 0;padding:0;min-width:0}legend,.t{padding:0;font-weight:600;margin-bottom:10px;display:block}
.scale{display:grid;grid-template-columns:repeat(auto-fit,minmax(44px,1fr));gap:4px}
.panel{container-type:inline-size}.n7{grid-template-columns:repeat(7,1fr)}@container(max-width:540px){.n11{grid-template-columns:repeat(6,1fr)}.n10{grid-template-columns:repeat(5,1fr)}}
.scale label,.o{position:relative;display:grid;cursor:pointer}
.scale input{position:absolute;inset:0;width:100%;height:100%;margin:0;opacity:0;cursor:pointer}
.scale span{display:grid;place-items:center;min-height:46px;border:1px solid var(--line-strong);border-radius:10px;text-align:center;padding:2px}
.scale b{font-size:1.5rem;font-weight:400;line-height:1.2}.scale small{font-size:.75rem}
.scale input:checked+span{background:var(--accent);color:var(--on-accent);border-color:var(--accent)}
.o{display:flex;gap:10px;align-items:center;min-height:44px}.o input{width:20px;height:20px;flex:none;accent-color:var(--accent)}
.ends{display:flex;justify-content:space-between;gap:12px;font-size:.875rem;color:var(--ink-2);margin:6px 0 0}
textarea,input[type=text],input[type=date],select{font:inherit;width:100%;min-height:44px;padding:8px 10px;border:1px solid var(--line-strong);border-radius:10px;background:var(--surface);color:inherit}
input[type=range]{width:100%;min-height:44px;accent-color:var(--accent)}.r{margin:8px 0}.r legend{font-weight:400;margin-bottom:6px}.k select{width:72px;flex:none}
.e{color:var(--bad);font-size:.875rem}
.do{display:flex;gap:12px;flex-wrap:wrap;align-items:center;margin-top:12px}a{color:var(--accent)}a.b{color:var(--on-accent)}
:focus-visible,.scale input:focus-visible+span{outline:3px solid var(--accent);outline-offset:2px}`

const el = (name, props = {}, ...kids) => {
  const e = document.createElement(name)
  for (const [k, v] of Object.entries(props)) {
    if (k.startsWith('on')) e[k] = v
    else if (v === true) e.setAttribute(k, '')
    else if (v !== false && v != null) e.setAttribute(k, v)
  }
  e.append(...kids.filter(k => k != null && k !== false))
  return e
}

let n = 0
const settings = o => ({ survey: '', mode: 'button', side: 'right', ...o, lang: o.lang || document.documentElement.lang || navigator.language || 'en' })
const wordsOf = o => own[o.lang.slice(0, 2)] || own.en

function address(o) {
  const u = new URL('/q/' + encodeURIComponent(o.survey), home)
  u.searchParams.set('via', o.via || 'web')
  for (const k of ['touchpoint', 'channel', 'unit']) if (o[k]) u.searchParams.set(k, o[k])
  u.searchParams.set('lang', o.lang.slice(0, 2))
  for (const [k, v] of Object.entries(o.attributes || {})) u.searchParams.set('x.' + k, String(v))
  return u
}

async function ask(url, body) {
  const r = await fetch(url, { method: body ? 'POST' : 'GET', body, headers: { Accept: 'application/json' }, credentials: 'omit', referrerPolicy: 'no-referrer' })
  const step = await r.json()
  if (!r.ok && !step.questions) throw new Error(step.error || r.status)
  return step
}

function field(q, id) {
  const name = 'a.' + q.key
  const radio = (value, mark, checked) => el('label', {}, el('input', { type: 'radio', name, value, checked }), mark)
  switch (q.kind) {
    case 'text': return el('textarea', { name, id, rows: 4, maxlength: q.letters })
    case 'number': return el('input', { type: 'text', inputmode: 'decimal', name, id })
    case 'date': return el('input', { type: 'date', name, id })
    case 'consent': return el('label', { class: 'o' }, el('input', { type: 'checkbox', name, value: 1 }), q.text)
    case 'dropdown': return el('select', { name, id }, el('option', { value: '' }, '–'), ...q.choices.map(c => el('option', { value: c.key }, c.text)))
  }
  if (q.kind === 'slider') { // one that nobody moved says nothing
    const at = el('output', { for: id })
    return el('div', {}, el('input', { type: 'range', id, min: q.min, max: q.max, step: q.step, oninput: e => { e.target.name = name; at.textContent = e.target.value } }), at, ends(q))
  }
  if (q.rows) {
    return el('div', {}, ...q.rows.map(r => el('fieldset', { class: 'r' }, el('legend', {}, r.text),
      el('div', { class: 'scale' }, ...q.points.map(p => el('label', {}, el('input', { type: 'radio', name: 'r.' + q.key + '.' + r.key, value: p.value }), el('span', {}, ...mark(q, p))))))), ends(q))
  }
  if (q.kind === 'ranking') {
    return el('div', {}, ...q.choices.map(c => el('label', { class: 'o k' }, el('select', { name: 'k.' + q.key + '.' + c.key }, el('option', { value: '' }, '–'),
      ...q.choices.map((_, i) => el('option', { value: i + 1 }, i + 1))), c.text)))
  }
  if (q.choices) {
    const type = q.kind === 'choices' ? 'checkbox' : 'radio'
    return el('div', {}, ...q.choices.flatMap(c => [el('label', { class: 'o' }, el('input', { type, name, value: c.key }), c.text),
      c.other && el('input', { type: 'text', name: 't.' + q.key, 'aria-label': c.text, maxlength: 5000 })]).filter(Boolean))
  }
  return el('div', {}, el('div', { class: 'scale n' + (q.points || []).length }, ...(q.points || []).map(p => radio(p.value, el('span', {}, ...mark(q, p))))), ends(q))
}

// ends says what the two ends of a scale mean.
const ends = q => (q.low || q.high) && el('p', { class: 'ends' }, el('span', {}, q.low || ''), el('span', {}, q.high || ''))

function mark(q, p) {
  if (p.face) return [el('b', { 'aria-hidden': 'true' }, p.face), el('small', {}, p.label)]
  if (q.look === 'stars') return [el('b', { 'aria-hidden': 'true' }, '★'), el('small', {}, p.label)]
  return [p.label]
}

function question(q, step) {
  if (q.kind === 'info') return el('div', {}, el('input', { type: 'hidden', name: 'at', value: q.key }), el('p', {}, q.text))
  const id = 'vigie-' + q.key
  const error = q.error && el('p', { class: 'e', role: 'alert' }, q.error)
  const need = q.needed && el('span', { class: 'm' }, ' · ' + step.words.needed)
  const hidden = [el('input', { type: 'hidden', name: 'at', value: q.key }), q.insist && el('input', { type: 'hidden', name: 'insisted', value: q.key })]
  const help = q.help && el('p', { class: 'm' }, q.help)
  if (['text', 'number', 'date', 'dropdown', 'slider'].includes(q.kind)) return el('div', {}, ...hidden, el('label', { class: 't', for: id }, q.text, need), help, error, field(q, id))
  if (q.kind === 'consent') return el('div', {}, ...hidden, help, error, field(q, id))
  return el('fieldset', {}, ...hidden, el('legend', {}, q.text, need), help, error, field(q, id))
}

class Place {
  constructor(o) {
    this.o = settings(o)
    this.words = wordsOf(this.o)
    this.host = el('div', { 'data-vigie': this.o.survey })
    this.root = this.host.attachShadow({ mode: 'open' })
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(css)
    this.brand = new CSSStyleSheet()
    this.root.adoptedStyleSheets = [sheet, this.brand]
    this.floats = this.o.mode !== 'inline'
    this.id = 'vigie-' + ++n
    this.panel = el('section', { class: 'panel' + (this.floats ? ' float ' + this.o.side : ''), role: this.floats ? 'dialog' : 'region', 'aria-labelledby': this.id, hidden: this.floats, tabindex: -1 })
    this.panel.onkeydown = e => { if (e.key === 'Escape' && this.floats) this.close() }
    this.root.append(this.panel)
    if (this.o.mode === 'button') {
      this.button = el('button', { class: 'open ' + this.o.side, type: 'button', 'aria-expanded': 'false', onclick: () => this.open() }, this.o.label || this.words[0])
      this.root.prepend(this.button)
    }
  }

  async open() {
    this.panel.hidden = false
    if (this.button) { this.button.hidden = true; this.button.setAttribute('aria-expanded', 'true') }
    if (!this.step || this.step.done) await this.go(address(this.o))
    else this.focus()
  }

  close() {
    this.panel.hidden = true
    if (this.button) { this.button.hidden = false; this.button.setAttribute('aria-expanded', 'false'); this.button.focus() }
    if (this.step?.done) this.step = null
  }

  focus() { if (this.floats || this.started) this.panel.focus({ preventScroll: true }) }

  async go(url, body) {
    if (this.busy) return
    this.busy = true
    this.panel.setAttribute('aria-busy', 'true')
    try {
      const step = await ask(url, body)
      this.started ||= !!body
      this.show(step, body && step.questions?.some(q => q.error) ? body : null)
      if (step.ignored) console.warn('Vigie: attributes not taken, because the catalogue does not know them: ' + step.ignored.join(', '))
      if (step.done) document.dispatchEvent(new CustomEvent('vigie:answered', { detail: { survey: this.o.survey } }))
    } catch (e) {
      this.failed(e, url, body)
    } finally {
      this.busy = false
      this.panel.removeAttribute('aria-busy')
    }
  }

  top(title) {
    return el('div', { class: 'top' }, el('h2', { id: this.id }, title),
      this.floats && el('button', { class: 'x', type: 'button', 'aria-label': this.words[1], onclick: () => this.close() }, '×'))
  }

  failed(e, url, body) {
    this.root.querySelector('.fail')?.remove()
    const again = el('button', { type: 'button', onclick: () => { box.remove(); this.go(url, body) } }, this.words[3])
    const box = el('div', { class: 'fail' }, el('p', { class: 'e', role: 'alert' }, e instanceof TypeError ? this.words[2] : e.message), el('div', { class: 'do' }, again, el('a', { href: address(this.o), target: '_blank', rel: 'noopener' }, this.words[4])))
    if (!this.step) this.panel.replaceChildren(this.top(this.words[0]))
    this.panel.append(box)
  }

  show(step, body) {
    this.step = step
    this.panel.lang = step.lang
    this.panel.dir = step.dir
    if (step.style) this.brand.replaceSync(step.style)
    const to = a => new URL(a, home)
    const parts = [this.top(step.title)]
    if (step.opening) {
      parts.push(el('p', { class: 'm' }, [step.opening.who, step.opening.long].filter(Boolean).join(' · ')), step.opening.why && el('p', {}, step.opening.why),
        el('details', {}, el('summary', {}, step.words.about), ...step.opening.about.map(t => el('p', {}, t))))
    }
    const page = text => el('a', { class: 'b', href: to(step.page), target: '_blank', rel: 'noopener noreferrer' }, text)
    if (step.done) {
      parts.push(el('p', { role: 'status' }, step.done), step.review && el('p', {}, el('a', { href: step.review.address, target: '_blank', rel: 'noopener noreferrer' }, step.review.text)),
        step.more && el('div', { class: 'do' }, page(step.words.more)))
    } else if (step.questions.some(q => q.elsewhere)) parts.push(el('div', { class: 'do' }, page(step.words.page)))
    else parts.push(this.form(step, to, body))
    this.panel.replaceChildren(...parts.filter(Boolean))
    this.focus()
  }

  form(step, to, body) {
    const one = step.questions.length === 1 && step.questions[0].points && !step.questions[0].rows
    const form = el('form', { novalidate: true, onsubmit: e => { e.preventDefault(); this.go(to(step.action), new URLSearchParams(new FormData(form))) } },
      ...step.questions.map(q => question(q, step)), el('div', { class: 'do' }, el('button', {}, step.last ? step.words.send : step.words.next)))
    for (const [k, v] of body || []) for (const f of form.querySelectorAll(`[name="${CSS.escape(k)}"]`)) f.type === 'radio' || f.type === 'checkbox' ? f.value === v && (f.checked = true) : f.type !== 'hidden' && (f.value = v)
    // One tap answers; arrow keys only walk through the points.
    let tapped = false
    form.onpointerdown = () => { tapped = true }
    form.onkeydown = () => { tapped = false }
    if (one) form.onchange = () => { if (tapped) form.requestSubmit() }
    return form
  }
}

let floating
const Vigie = {
  // open shows a survey over the page; close puts it away; put draws it in an element.
  open(o = {}) { Vigie.close(); floating = new Place({ ...read(), ...o, mode: 'open' }); document.body.append(floating.host); return floating.open() },
  close() { floating?.host.remove(); floating = null },
  put(where, o = {}) { const p = new Place({ ...read(), ...o, mode: 'inline' }); where.append(p.host); return p.open() },
}

function read() {
  const { attributes, ...d } = script?.dataset || {}
  try { return { ...d, attributes: attributes ? JSON.parse(attributes) : undefined } } catch { console.warn('Vigie: data-attributes is no JSON'); return d }
}

function start() {
  const o = read()
  if (!o.survey || o.mode === 'none') return
  if (o.mode === 'inline') {
    const p = new Place(o)
    const where = o.target ? document.querySelector(o.target) : null
    where ? where.append(p.host) : script.after(p.host)
    p.open()
  } else document.body.append(new Place({ ...o, mode: 'button' }).host)
}

window.Vigie = Vigie
if ('adoptedStyleSheets' in document) document.readyState === 'loading' ? addEventListener('DOMContentLoaded', start) : start()
dispatchEvent(new Event('vigie:ready'))
