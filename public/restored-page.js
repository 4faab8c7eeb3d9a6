/**
 * A page that Back or Forward brings from the back/forward cache is as it was, also when its session
 * has been ended since: no header reaches it. So it goes into that cache empty and is loaded anew when
 * it comes out. Not `reload()`, which would send a form once more, and without the fragment, with which
 * nothing would be loaded.
 */
addEventListener('pagehide', (event) => {
  if (event.persisted) document.documentElement.hidden = true;
});
addEventListener('pageshow', (event) => {
  if (event.persisted) location.replace(location.pathname + location.search);
});
