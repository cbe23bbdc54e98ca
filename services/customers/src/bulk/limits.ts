/** All limits of a bulk upload. */

/** The size of a line of a file, or of an element of a JSON array; a longer one is an error of its line. */
export const LINE_BYTES_MAX = 16 * 1024;
/** Lines per transaction; an interrupted upload loses at most this many. */
export const CHUNK_LINES_MAX = 1_000;
/** How long lines are read before other work of the process gets its turn, and after how many bytes that is checked. */
export const TURN_MS_MAX = 10;
export const TURN_BYTES_MAX = 1024;
/** How often the sender of an upload gets a sign while more of it is to be read, so that its absence is noticed. */
export const SENDER_PROBE_INTERVAL_MS = 500;
/** Attempts of a chunk or a move that conflicts with other transactions. */
export const ATTEMPTS_MAX = 8;
/** How long the caller may send nothing in the middle of an upload. */
export const UPLOAD_IDLE_TIMEOUT_MS = 60_000;
/** How long the caller may go on sending after an answer that did not wait for the whole upload. */
export const LINGER_MS = 5_000;
/** Concurrent uploads in one process; further ones get a 503. */
export const UPLOADS_MAX = 32;
/** Open transactions of all uploads in one process together, so that connections remain for other requests. */
export const TRANSACTIONS_MAX = 2;
/** How many of these may be moves of atomic uploads: fewer, so that chunks of other uploads continue meanwhile. */
export const MOVES_MAX = 1;
/**
 * From the last line of an atomic upload to the end of its move, whatever its size: the gateway waits 300 s for the
 * answer, in which the staged lines are also deleted.
 */
export const MOVE_MS_MAX = 4 * 60_000;
/** How much of it may pass before the move begins, because it waits for others or is repeated after conflicts. */
export const MOVE_WAIT_MS_MAX = 2 * 60_000;
/** How long after its limit, at which the database aborts it, a move that is silent counts as lost. */
export const MOVE_LOST_MS = 15_000;
/** How soon the database aborts a move whose process is gone. */
export const MOVE_ABANDONED_MS = 5_000;
/** A staging that was not touched for this long was left behind by a process that is gone. */
export const STAGING_STALE_MS = 15 * 60_000;
/** How often a staging in use is touched: while its lines arrive, and while it waits for its move. */
export const STAGING_TOUCH_INTERVAL_MS = 60_000;
/** Rows per statement of the cleanup. */
export const FORGET_ROWS_MAX = 50_000;
/** Characters after which the detail of an error is truncated. */
export const DETAIL_LENGTH_MAX = 300;
/** Characters of a line's external_id in an error: the length of the longest valid one. */
export const NAME_LENGTH_MAX = 60;
