// The parts of ECharts that our charts use: one list for the browser and for the server.
import * as echarts from 'echarts/core'
import { LineChart, BarChart } from 'echarts/charts'
import { GridComponent, MarkLineComponent } from 'echarts/components'

echarts.use([LineChart, BarChart, GridComponent, MarkLineComponent])
export { echarts }
