// <button data-copy="text" data-copied="Copied"> puts the text in the clipboard and says so.
export function copying() {
  document.addEventListener('click', async e => {
    const b = e.target.closest('[data-copy]')
    if (!b) return
    try {
      await navigator.clipboard.writeText(b.dataset.copy)
      b.textContent = b.dataset.copied
    } catch { // without https there is no clipboard: the text is selected instead
      getSelection().selectAllChildren(b.parentElement.querySelector('code'))
    }
  })
}
