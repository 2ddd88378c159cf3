// What is typed in a form is drawn beside it as others will see it, a moment after each change. Without this a button does.
const pause = 500

export const sights = () => document.querySelectorAll('button[data-sight]').forEach(button => {
  const form = button.form
  const frames = form.querySelectorAll('.survey-sight iframe')
  let wait, asked = 0
  const draw = async () => {
    const mine = ++asked
    const r = await fetch(button.formAction, { method: 'POST', body: new URLSearchParams(new FormData(form)) }).catch(() => null)
    if (!r?.ok || mine !== asked) return
    const page = await r.text()
    frames.forEach(f => { f.srcdoc = page })
  }
  button.hidden = true
  form.addEventListener('input', () => { clearTimeout(wait); wait = setTimeout(draw, pause) })
})
