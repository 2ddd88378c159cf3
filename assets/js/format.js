// An option comes as JSON. A formatter in it is {"$number":{…}}: how the reader's language writes a number.
export const revive = v => {
  if (Array.isArray(v)) return v.map(revive)
  if (!v || typeof v !== 'object') return v
  if (v.$number) return number(v.$number)
  return Object.fromEntries(Object.entries(v).map(([k, x]) => [k, revive(x)]))
}

const number = f => x => {
  const n = Number(typeof x === 'object' ? x.value : x)
  const [whole, rest] = Math.abs(n).toFixed(f.decimals).split('.')
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, f.group)
  const zero = !/[1-9]/.test(whole + (rest || ''))
  const sign = zero ? '' : n < 0 ? '\u2212' : f.signed ? '+' : ''
  return sign + grouped + (rest ? f.comma + rest : '') + f.suffix
}
