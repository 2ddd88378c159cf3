// What every page loads: htmx, and a little of ours. Nothing here is needed to read or to filter; it makes pages live
// and saves clicks. No eval, no inline script, no inline style.
import htmx from 'htmx.org'
import { theme } from './theme.js'
import { filters } from './filter.js'
import { live } from './live.js'
import { zoom } from './zoom.js'
import { imports } from './import.js'
import { shell } from './shell.js'
import { explorer } from './explorer.js'
import { tips } from './tip.js'
import { palette } from './palette.js'
import { board } from './journey.js'
import { wall } from './wall.js'
import { copying } from './copy.js'
import { tallying } from './tally.js'
import { sights } from './sight.js'

Object.assign(htmx.config, {
  allowEval: false, includeIndicatorStyles: false, allowScriptTags: false, selfRequestsOnly: true,
  historyCacheSize: 0, refreshOnHistoryMiss: true, scrollIntoViewOnBoost: false, defaultSettleDelay: 0,
})
document.documentElement.classList.add('js')

const start = () => { theme(); filters(); live(htmx); zoom(); imports(); shell(); explorer(); tips(); palette(); copying(); tallying(); sights(); wall() }

board()
document.readyState === 'loading' ? document.addEventListener('DOMContentLoaded', start) : start()
