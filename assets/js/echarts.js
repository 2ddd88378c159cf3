// The parts of ECharts that every chart uses, in the browser and on the server.
import * as echarts from 'echarts/core'
import { LineChart, BarChart } from 'echarts/charts'
import { GridComponent, MarkLineComponent } from 'echarts/components'

echarts.use([LineChart, BarChart, GridComponent, MarkLineComponent])
export { echarts }
