/** What a client asks to upgrade to (RFC 9110, 7.8), and on which path. A new version of the frames gets a new name. */
export const MUX_PROTOCOL = 'mo-mux/1';
export const MUX_PATH = '/mux';
/** With the upgrade a client says how long a frame it reads, in bytes. */
export const FRAME_BYTES_HEADER = 'mux-frame-bytes';
/** What one that says nothing reads. */
export const FRAME_BYTES_UNSAID = 4 * 1024 * 1024;
/** Why a server breaks a call off whose answer is longer than a frame may be: asked again, it would be as long. */
export const ANSWER_TOO_LONG = 'answer too long';
