// The theme is a form (POST, works alone); with this it changes at once and the choice is sent behind.
export function theme() {
  document.addEventListener('submit', e => {
    const form = e.target.closest('form[data-theme-form]')
    if (!form) return
    e.preventDefault()
    const wanted = e.submitter?.value ?? ''
    const root = document.documentElement
    wanted === 'light' || wanted === 'dark' ? root.setAttribute('data-theme', wanted) : root.removeAttribute('data-theme')
    const body = new URLSearchParams(new FormData(form, e.submitter))
    fetch(form.action, { method: 'POST', body, redirect: 'manual' }).catch(() => {})
    for (const b of form.querySelectorAll('button[value]')) b.setAttribute('aria-pressed', String(b.value === wanted))
  })
}
