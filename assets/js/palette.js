// The palette: Ctrl or ⌘ K from anywhere, arrows, Enter. A combobox over the list that /go draws; without a script the
// button leads to that page.
export function palette() {
  const box = document.querySelector('[data-palette]')
  const button = document.querySelector('[data-palette-open]')
  if (!box || !button || !box.showModal) return
  const input = box.querySelector('input')
  const list = box.querySelector('[data-palette-list]')
  const says = box.querySelector('[data-palette-says]')
  let asked = 0

  const options = () => [...list.querySelectorAll('[role=option]')]
  const select = i => {
    const all = options()
    all.forEach((o, k) => o.setAttribute('aria-selected', String(k === i)))
    all[i] ? input.setAttribute('aria-activedescendant', all[i].id) : input.removeAttribute('aria-activedescendant')
    all[i]?.scrollIntoView({ block: 'nearest' })
  }
  const ask = async () => {
    const mine = ++asked
    const answer = await fetch(box.dataset.url + encodeURIComponent(input.value)).catch(() => null)
    if (!answer?.ok || mine !== asked) return
    list.innerHTML = await answer.text()
    says.textContent = list.querySelector('[data-says]')?.dataset.says ?? ''
    select(0)
  }
  const open = () => {
    if (box.open) return
    input.value = ''
    box.showModal()
    input.focus()
    ask()
  }
  button.addEventListener('click', e => { if (!e.ctrlKey && !e.metaKey && !e.shiftKey) { e.preventDefault(); open() } })
  document.addEventListener('keydown', e => {
    if ((e.ctrlKey || e.metaKey) && !e.altKey && !e.shiftKey && e.key.toLowerCase() === 'k') { e.preventDefault(); open() }
  })
  input.addEventListener('input', ask)
  input.addEventListener('keydown', e => {
    const all = options()
    const now = all.findIndex(o => o.getAttribute('aria-selected') === 'true')
    if (e.key === 'ArrowDown') select((now + 1) % all.length)
    else if (e.key === 'ArrowUp') select((now - 1 + all.length) % all.length)
    else if (e.key === 'Enter') all[now]?.click()
    else return
    e.preventDefault()
  })
  box.addEventListener('click', e => { if (e.target === box) box.close() })
}
