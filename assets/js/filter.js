// Filters are a GET form. Here: a choice applies at once, one panel is open at a time, Escape closes it, empty fields
// stay out of the address. A search names by data-narrow the list it narrows: Enter goes to the first item left.
const plain = s => s.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()

function narrow(input) {
  const list = document.querySelector(input.dataset.narrow)
  const wanted = plain(input.value.trim())
  let any = false
  for (const group of list.querySelectorAll('section')) {
    const whole = plain(group.querySelector('.label').textContent).includes(wanted)
    let some = false
    for (const item of group.querySelectorAll('li')) {
      item.hidden = !whole && !plain(item.textContent).includes(wanted)
      some ||= !item.hidden
    }
    group.hidden = !some
    any ||= some
  }
  list.querySelector('[data-narrow-none]').hidden = any
}

export function filters() {
  document.addEventListener('input', e => { if (e.target.matches('[data-narrow]')) narrow(e.target) })
  document.addEventListener('change', e => {
    const form = e.target.closest('form[data-auto]')
    if (form && !e.target.closest('[data-manual]') && e.target.matches('input[type=radio],select')) form.requestSubmit()
  })
  document.addEventListener('submit', e => {
    const search = document.activeElement?.closest('[data-narrow]')
    if (search && e.target.contains(search)) {
      e.preventDefault()
      return document.querySelector(search.dataset.narrow).querySelector('section:not([hidden]) li:not([hidden]) a')?.focus()
    }
    if (!e.target.matches('form[data-auto]')) return
    for (const el of e.target.elements) if (el.name && el.value === '') el.disabled = true
    setTimeout(() => { for (const el of e.target.elements) if (el.disabled && el.name) el.disabled = false })
  })
  document.addEventListener('toggle', e => {
    if (!e.target.matches?.('details[data-drop]') || !e.target.open) return
    e.target.querySelector('[data-narrow]')?.focus()
    for (const d of document.querySelectorAll('details[data-drop][open]')) if (d !== e.target) d.open = false
  }, true)
  document.addEventListener('click', e => {
    if (!e.detail) return // a key's: Enter in a field presses the first button of its form
    for (const d of document.querySelectorAll('details[data-drop][open]')) if (!d.contains(e.target) && e.target.isConnected) d.open = false
  })
  document.addEventListener('keydown', e => {
    if (e.key !== 'Escape') return
    const d = document.querySelector('details[data-drop][open]')
    if (d) { d.open = false; d.querySelector('summary').focus() }
  })
}
