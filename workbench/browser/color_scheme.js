// Runs in the head of the page, before anything is drawn. A page is dark if the system is, until the user chooses; the
// server learns both from a cookie, so that it can send the page in the right colours at once.
{
  const known = document.cookie.match(/hdd-colors=([\w-]+)/)?.[1] ?? "system-light"
  const system = matchMedia("(prefers-color-scheme: dark)").matches ? "system-dark" : "system-light"
  if (known.startsWith("system") && known !== system) {
    document.cookie = `hdd-colors=${system}; path=/; max-age=31536000; samesite=lax`
    // Without cookies the page would be loaded again for ever.
    if (document.cookie.includes(system)) {
      document.documentElement.style.background = system === "system-dark" ? "#15181c" : "#f6f7f9"
      location.reload()
    }
  }
}
