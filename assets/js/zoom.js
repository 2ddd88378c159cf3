// A chart is drawn by the server. A button of it fetches the interactive library, once, and its option.
let library = null
const load = src => library ??= new Promise((ok, ko) => {
  const s = document.createElement('script')
  s.src = src; s.onload = ok; s.onerror = () => { library = null; ko(new Error(src)) }
  document.head.append(s)
})

export function zoom() {
  document.addEventListener('click', async e => {
    const b = e.target.closest('[data-chart-zoom]')
    if (!b) return
    const box = b.closest('.chart')?.querySelector('.chart-box')
    if (!box) return
    b.disabled = true
    try {
      const [option] = await Promise.all([fetch(b.dataset.chartZoom).then(r => { if (!r.ok) throw new Error(r.status); return r.json() }), load(b.dataset.library)])
      window.vigieChart(box, option.option, option.links)
      b.remove()
    } catch { b.disabled = false }
  })
}
