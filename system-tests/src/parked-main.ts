/** The entry point in place of a service that must not run: an idle process. */
const A_DAY_MS = 86_400_000;

setInterval(() => {}, A_DAY_MS);
