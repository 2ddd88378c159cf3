// The board of a journey works by forms. Here: what a form changes is put in place without leaving the page, the focus
// stays on the button pressed, and cards are moved by dragging. What is said of a change is said by the page's toasts.
export function board() {
  document.addEventListener('submit', e => {
    const place = e.target.closest('[data-board]')
    if (!place || e.target.method !== 'post' || !stays(e.target)) return
    e.preventDefault()
    send(e.target, e.submitter)
  })
  document.addEventListener('dragstart', e => {
    const card = e.target.closest?.('[data-board] [data-touchpoint]')
    if (!card) return
    e.dataTransfer.effectAllowed = 'move'
    e.dataTransfer.setData('text/plain', card.dataset.touchpoint)
    card.classList.add('dragged')
  })
  document.addEventListener('dragend', clear)
  document.addEventListener('dragover', e => {
    const at = target(e)
    if (!at) return
    e.preventDefault()
    unmark()
    at.list.classList.add('over')
    at.before?.classList.add('before')
  })
  document.addEventListener('drop', e => {
    const at = target(e)
    if (!at) return
    e.preventDefault()
    const form = document.querySelector('[data-drop-form]')
    form.elements.touchpoint.value = document.querySelector('.dragged').dataset.touchpoint
    form.elements.stage.value = at.list.dataset.stage
    form.elements.place.value = at.before ? at.cards.indexOf(at.before) : at.cards.length
    clear()
    send(form)
  })
}

// Forms that lead to another page are left alone.
const stays = form => form.closest('.lane, .last-change') || form.matches('[data-drop-form]')

// target says in which stage, and before which of its other cards, the pointer is.
function target(e) {
  if (!document.querySelector('.dragged')) return null
  const list = e.target.closest?.('[data-lane]')?.querySelector('[data-stage]')
  if (!list) return null
  const cards = [...list.children].filter(c => !c.matches('.dragged'))
  return { list, cards, before: cards.find(c => e.clientY < c.getBoundingClientRect().top + c.offsetHeight / 2) }
}

const unmark = () => { for (const el of document.querySelectorAll('.over, .before')) el.classList.remove('over', 'before') }
const clear = () => { unmark(); for (const el of document.querySelectorAll('.dragged')) el.classList.remove('dragged') }

let busy = false

async function send(form, submitter) {
  if (busy) return
  busy = true
  const focus = submitter?.id
  try {
    const answer = await fetch(form.action, { method: 'POST', body: new URLSearchParams(new FormData(form, submitter)), headers: { Accept: 'text/html' } })
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
    const now = page.getElementById('board')
    if (!now || !sameBoard(answer.url, form)) { location.assign(answer.url); return }
    document.getElementById('board').replaceWith(document.adoptNode(now))
    for (const part of ['.toasts', '.sub']) swap(part, page)
    refocus(focus)
  } catch {
    form.submit()
  } finally {
    busy = false
  }
}

// An answer with a board is either the board's own page or a refusal shown at the form's address.
const sameBoard = (url, form) => { const to = new URL(url).pathname; return to === location.pathname || to === new URL(form.action).pathname }

function swap(selector, page) {
  const here = document.querySelector(selector), there = page.querySelector(selector)
  if (here && there) here.replaceChildren(...[...there.childNodes].map(n => document.adoptNode(n)))
}

// refocus puts the focus back on the same button of the card that moved; at the end of its way, on the card's name.
function refocus(id) {
  const button = id && document.getElementById(id)
  if (!button) { document.querySelector('#board .notice')?.scrollIntoView({ block: 'nearest' }); return }
  if (button.disabled) button.closest('.tpc, .lane')?.querySelector('button:not([disabled]), a')?.focus()
  else button.focus()
}
