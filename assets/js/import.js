// The page of imports works without this. Here: a file may be dropped, and lists that somebody opened or closed stay so
// when the page draws itself anew after a correction.
export function imports() {
  for (const form of document.querySelectorAll('form[data-file-drop]')) drop(form)
  let open = new Map()
  document.addEventListener('htmx:beforeSwap', e => {
    if (!e.detail.target?.matches?.('[data-keep-open]')) return
    open = new Map([...e.detail.target.querySelectorAll('details[id]')].map(d => [d.id, d.open]))
  })
  document.addEventListener('htmx:afterSwap', () => {
    for (const d of document.querySelectorAll('[data-keep-open] details[id]')) if (open.has(d.id)) d.open = open.get(d.id)
  })
}

function drop(form) {
  const input = form.querySelector('input[type=file]')
  const over = on => e => { e.preventDefault(); form.classList.toggle('over', on) }
  form.addEventListener('dragover', over(true))
  form.addEventListener('dragleave', over(false))
  form.addEventListener('drop', e => {
    over(false)(e)
    if (e.dataTransfer.files.length) { input.files = e.dataTransfer.files; form.requestSubmit() }
  })
}
