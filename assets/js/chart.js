// Fetched at the first zoom of a chart: ECharts with a zoom, in the page's own colours. What a column says is the page's own words.
import { echarts } from './echarts.js'
import { DataZoomInsideComponent } from 'echarts/components'
import { CanvasRenderer } from 'echarts/renderers'
import { revive } from './format.js'

echarts.use([DataZoomInsideComponent, CanvasRenderer])

// Colours of an option are names of tokens ("var(--accent)"); a canvas wants what they stand for today.
const resolve = (v, style) => {
  if (typeof v === 'string') return v.replace(/var\((--[\w-]+)\)/g, (_, n) => style.getPropertyValue(n).trim())
  if (Array.isArray(v)) return v.map(x => resolve(x, style))
  if (typeof v === 'function') return v
  if (v && typeof v === 'object') return Object.fromEntries(Object.entries(v).map(([k, x]) => [k, resolve(x, style)]))
  return v
}

window.vigieChart = (box, option, links = []) => {
  const height = Math.max(box.clientHeight, 260)
  const host = document.createElement('div')
  box.replaceChildren(host)
  const chart = echarts.init(host, null, { height })
  const draw = () => chart.setOption({
    ...resolve(revive(option), getComputedStyle(document.documentElement)),
    dataZoom: [{ type: 'inside' }],
  }, true)
  draw()
  // A column says its figure and leads to the feedbacks behind it, as in the drawing of the server.
  const tip = document.createElement('output')
  tip.className = 'chart-tip'
  tip.hidden = true
  box.append(tip)
  const at = e => chart.containPixel('grid', [e.offsetX, e.offsetY]) ? links[Math.round(chart.convertFromPixel({ gridIndex: 0 }, [e.offsetX, e.offsetY])[0])] : null
  const zr = chart.getZr()
  zr.on('click', e => { const l = at(e); if (l?.href) location.assign(l.href) })
  zr.on('mousemove', e => {
    const l = at(e)
    tip.hidden = !l?.says
    tip.textContent = l?.says ?? ''
    zr.setCursorStyle(l?.href ? 'pointer' : 'default')
  })
  zr.on('globalout', () => { tip.hidden = true })
  new ResizeObserver(() => chart.resize({ height })).observe(host)
  new MutationObserver(draw).observe(document.documentElement, { attributeFilter: ['data-theme'] })
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw)
}
