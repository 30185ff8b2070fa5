/** Sets light or dark before the first paint; a file of its own, for the security policy allows no inline script. */
(function () {
  var choice = 'auto';
  try { choice = localStorage.getItem('mantine-color-scheme-value') || 'auto'; } catch (refused) { choice = 'auto'; }
  var dark = choice === 'dark' || (choice === 'auto' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light');
})();
