// Runs before the first paint, so that a chosen theme is there from the start.
try {
  const chosen = localStorage.getItem('clientele-theme');
  if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset.theme = chosen;
} catch {
  // Without storage the system's theme applies.
}
