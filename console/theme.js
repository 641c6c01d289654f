// Runs before the first paint, so that a chosen theme and the height of rows are there from the start.
try {
  const chosen = localStorage.getItem('clientele-theme');
  if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset.theme = chosen;
  if (localStorage.getItem('clientele-rows') === 'compact') document.documentElement.dataset.rows = 'compact';
} catch {
  // Without storage the system's theme applies.
}
