// Before the first paint, so that a chosen theme never flashes the other one. The page's policy forbids inline scripts.
try {
  const chosen = JSON.parse(localStorage.getItem("clustr.theme"));
  if (chosen === "dark" || chosen === "light") document.documentElement.dataset.theme = chosen;
} catch {
  // Storage is switched off: the system's theme it is.
}
