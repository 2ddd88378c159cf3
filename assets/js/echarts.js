// The parts of ECharts that our charts use: one list for the browser and for the server.
import * as echarts from 'echarts/core'
import { LineChart, BarChart, ScatterChart } from 'echarts/charts'
import { GridComponent, MarkLineComponent } from 'echarts/components'
import { LabelLayout } from 'echarts/features'

echarts.use([LineChart, BarChart, ScatterChart, GridComponent, MarkLineComponent, LabelLayout])
export { echarts }
