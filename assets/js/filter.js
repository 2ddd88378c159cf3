// Filters are a GET form. Here: a choice applies at once, one panel is open at a time, Escape closes it, empty fields
// stay out of the address.
export function filters() {
  document.addEventListener('change', e => {
    const form = e.target.closest('form[data-auto]')
    if (form && !e.target.closest('[data-manual]') && e.target.matches('input[type=radio],select')) form.requestSubmit()
  })
  document.addEventListener('submit', e => {
    if (!e.target.matches('form[data-auto]')) return
    for (const el of e.target.elements) if (el.name && el.value === '') el.disabled = true
    setTimeout(() => { for (const el of e.target.elements) if (el.disabled && el.name) el.disabled = false })
  })
  document.addEventListener('toggle', e => {
    if (!e.target.matches?.('details[data-drop]') || !e.target.open) return
    for (const d of document.querySelectorAll('details[data-drop][open]')) if (d !== e.target) d.open = false
  }, true)
  document.addEventListener('click', e => {
    for (const d of document.querySelectorAll('details[data-drop][open]')) if (!d.contains(e.target)) d.open = false
  })
  document.addEventListener('keydown', e => {
    if (e.key !== 'Escape') return
    const d = document.querySelector('details[data-drop][open]')
    if (d) { d.open = false; d.querySelector('summary').focus() }
  })
}
