/** In the place of a service that must not run: the process is there, and does nothing. */
const A_DAY_MS = 86_400_000;

setInterval(() => {}, A_DAY_MS);
