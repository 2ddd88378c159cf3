// Runs in the server's own JavaScript engine: an option as JSON in, SVG out.
import { echarts } from './echarts.js'
import { ScatterChart } from 'echarts/charts'
import { LabelLayout } from 'echarts/features'
import { SVGRenderer } from 'echarts/renderers'
import { revive } from './format.js'

// Scatters are drawn here alone: the interactive form is for what runs along an axis.
echarts.use([ScatterChart, LabelLayout, SVGRenderer])

// Nothing moves on the server: what ECharts would do later is never done.
globalThis.setTimeout ??= () => 0
globalThis.clearTimeout ??= () => {}

globalThis.vigieRender = (json, width, height) => {
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width, height })
  chart.setOption(revive(JSON.parse(json)))
  const svg = chart.renderToSVGString()
  chart.dispose()
  return svg
}
