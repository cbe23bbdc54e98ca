/** Every limit of a bulk upload, in one place. */

/** A line of a file, or an element of a JSON array; a longer one is an error of its line. */
export const LINE_BYTES_MAX = 16 * 1024;
/** Lines that are committed together; what is cut off loses at most so many. */
export const CHUNK_LINES_MAX = 1_000;
/** How often a chunk or a move is tried again after a conflict with other transactions. */
export const ATTEMPTS_MAX = 8;
/** How long the caller may send nothing in the middle of an upload. */
export const UPLOAD_IDLE_TIMEOUT_MS = 60_000;
/** Uploads under way in one process; what comes on top is answered with 503. */
export const UPLOADS_MAX = 32;
/** Transactions that all uploads of one process have open together, so that they leave connections to others. */
export const TRANSACTIONS_MAX = 2;
/** Those of them in which an atomic upload moves in: fewer, so that chunks of the others go on meanwhile. */
export const MOVES_MAX = 1;
/** How long moving in an atomic upload may take, whatever its size. */
export const MOVE_TIMEOUT_MS = 4 * 60_000;
/** The database says nothing while it moves, and ends that itself before this. */
export const MOVE_SILENCE_MS_MAX = MOVE_TIMEOUT_MS + 15_000;
/** How soon the database gives up a move whose process is gone. */
export const MOVE_ABANDONED_MS = 5_000;
/** A staging that nobody has touched for so long was left behind by a process that is gone. */
export const STAGING_STALE_MS = 15 * 60_000;
/** How often a staging is touched that is in use: while its lines arrive, and while it waits to move in. */
export const STAGING_TOUCH_INTERVAL_MS = 60_000;
/** Rows that one statement of the cleaning removes. */
export const FORGET_ROWS_MAX = 50_000;
/** What an error tells of a line is cut at so many characters. */
export const DETAIL_LENGTH_MAX = 300;
/** As much of a line's external_id is told as a valid one can hold. */
export const NAME_LENGTH_MAX = 60;
