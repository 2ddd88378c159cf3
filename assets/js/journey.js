// The board of a journey, and the order of journeys, work by forms. Here: what a form changes is put in place without
// leaving the page, the focus stays on the button pressed, and things are moved by dragging. What is said of a change is
// said by the page's toasts.
import { drag } from './drag.js'

export function board() {
  document.addEventListener('submit', e => {
    const place = e.target.closest('[data-board]')
    if (!place || e.target.method !== 'post' || !stays(e.target)) return
    e.preventDefault()
    send(e.target, e.submitter)
  })
  drag(send)
}

// Forms that lead to another page are left alone.
const stays = form => form.matches('.lane form, .last-change form, [data-stays], [data-stays] form')

let busy = false

async function send(form, submitter) {
  if (busy) return
  busy = true
  const focus = submitter?.id
  try {
    const answer = await fetch(form.action, { method: 'POST', body: new URLSearchParams(new FormData(form, submitter)), headers: { Accept: 'text/html' } })
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
    const now = page.querySelector('[data-board]')
    if (!now || !sameBoard(answer.url, form)) { location.assign(answer.url); return }
    document.querySelector('[data-board]').replaceWith(document.adoptNode(now))
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

// refocus puts the focus back on the same button of the thing that moved; at the end of its way, on what is beside it.
function refocus(id) {
  const button = id && document.getElementById(id)
  if (!button) { document.querySelector('[data-board] .notice')?.scrollIntoView({ block: 'nearest' }); return }
  if (button.disabled) button.closest('.tpc, .lane, [data-item]')?.querySelector('button:not([disabled]), a')?.focus()
  else button.focus()
}
