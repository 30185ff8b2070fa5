/**
 * Sets theme, density and text size before the first paint; a file of its own, for the security policy allows no inline
 * script.
 */
(function () {
  var root = document.documentElement;
  function kept(name) { try { return localStorage.getItem(name); } catch (refused) { return null; } }
  var choice = kept('mantine-color-scheme-value') || 'auto';
  var dark = choice === 'dark' || (choice === 'auto' && matchMedia('(prefers-color-scheme: dark)').matches);
  root.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light');
  root.setAttribute('data-density', kept('sambung.density') === '"compact"' ? 'compact' : 'roomy');
  var size = Number(kept('sambung.textSize'));
  root.style.setProperty('--text-scale', String(size === 110 || size === 120 ? size / 100 : 1));
  root.lang = kept('sambung.locale') === 'en' ? 'en' : 'id';
})();
