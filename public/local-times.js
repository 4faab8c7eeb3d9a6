/**
 * The server can't know the reader's time zone and names UTC. Here it is known: each time is shown in it,
 * as the reader's own region writes times in the page's language.
 */
const { lang } = document.documentElement;
const own = navigator.languages.find((tag) => tag.split('-')[0] === lang.split('-')[0]);
const format = new Intl.DateTimeFormat(own ?? lang, {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
});
for (const time of document.querySelectorAll('time')) {
  time.textContent = format.format(new Date(time.dateTime));
}
