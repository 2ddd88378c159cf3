// Runs in the server's own JavaScript engine: an option as JSON in, SVG out.
import { echarts } from './echarts.js'
import { SVGRenderer } from 'echarts/renderers'

echarts.use([SVGRenderer])

globalThis.vigieRender = (json, width, height) => {
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width, height })
  chart.setOption(JSON.parse(json))
  const svg = chart.renderToSVGString()
  chart.dispose()
  return svg
}
