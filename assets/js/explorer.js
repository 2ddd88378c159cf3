// The explorer: arrows walk the cells of a heat map, a text is copied, a chart becomes a PNG. All of it is a comfort: links,
// forms and the SVG do without.
export function explorer() {
  document.addEventListener('htmx:afterSwap', e => {
    if (document.querySelector('[data-news]')) again()
    if (asked && e.target.id === 'answer') { asked = false; document.getElementById('said')?.focus() }
  })
  document.addEventListener('click', e => { if (e.isTrusted && e.target.closest('[data-news]')) asked = true })
  document.addEventListener('keydown', arrows)
  document.addEventListener('click', e => {
    const copy = e.target.closest('[data-copy],[data-copy-from]')
    if (copy) copied(copy)
    const png = e.target.closest('[data-png]')
    if (png) picture(png)
  })
}

// again follows the link of new answers by itself, never more often than so, and not while something of the answer is under
// the pointer, holds the focus, is open, or the page is paused.
const rest = 5000
let timer = 0, last = 0, asked = false

function again() {
  clearTimeout(timer)
  const link = document.querySelector('[data-news]')
  if (!link) return
  const box = link.closest('section')
  const held = document.hidden || box.matches(':hover') || box.contains(document.activeElement) || box.querySelector('details[open],canvas') || document.querySelector('[data-live-pause][aria-pressed=true]')
  if (held || Date.now() < last + rest) { timer = setTimeout(again, 1000); return }
  last = Date.now()
  link.click()
}

const steps = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }

// arrows moves the focus to the next cell that holds a link in that direction; Home and End to the ends of the line.
function arrows(e) {
  const cell = e.target.closest?.('table[data-arrows] td')
  if (!cell || e.altKey || e.ctrlKey || e.metaKey) return
  const row = cell.parentElement
  const links = [...row.querySelectorAll('td a')]
  if (e.key === 'Home' || e.key === 'End') {
    e.preventDefault()
    return links.at(e.key === 'Home' ? 0 : -1)?.focus()
  }
  const step = steps[e.key]
  if (!step) return
  e.preventDefault()
  let r = row, i = cell.cellIndex
  for (;;) {
    if (step[0]) r = step[0] > 0 ? r.nextElementSibling : r.previousElementSibling
    i += step[1]
    const next = r?.cells[i]
    if (!next || next.tagName === 'TH') return
    const link = next.querySelector('a')
    if (link) return link.focus()
  }
}

async function copied(b) {
  const text = b.dataset.copyFrom ? document.getElementById(b.dataset.copyFrom).textContent : new URL(b.dataset.copy, location).href
  try { await navigator.clipboard.writeText(text) } catch { return }
  const word = b.querySelector('span')
  const before = word.textContent
  word.setAttribute('role', 'status')
  word.textContent = b.dataset.copied
  setTimeout(() => { word.textContent = before }, 2000)
}

// picture draws the standalone SVG on a canvas, twice as large for sharp prints.
function picture(b) {
  const image = new Image()
  b.disabled = true
  image.onerror = () => { b.disabled = false }
  image.onload = () => {
    const canvas = document.createElement('canvas')
    canvas.width = image.naturalWidth * 2
    canvas.height = image.naturalHeight * 2
    canvas.getContext('2d').drawImage(image, 0, 0, canvas.width, canvas.height)
    canvas.toBlob(blob => {
      b.disabled = false
      const link = document.createElement('a')
      link.href = URL.createObjectURL(blob)
      link.download = 'vigie.png'
      link.click()
      URL.revokeObjectURL(link.href)
    }, 'image/png')
  }
  image.src = b.dataset.png
}
