/** The protocol and path of the HTTP upgrade (RFC 9110, 7.8). A new version of the frame format gets a new name. */
export const MUX_PROTOCOL = 'mo-mux/1';
export const MUX_PATH = '/mux';
/** A header of the upgrade request: the longest frame that the client accepts, in bytes. */
export const FRAME_BYTES_HEADER = 'mux-frame-bytes';
/** The frame limit of a client that does not send {@link FRAME_BYTES_HEADER}. */
export const FRAME_BYTES_UNSAID = 4 * 1024 * 1024;
/** The reason for breaking off a call whose answer exceeds the frame limit; a retry would fail in the same way. */
export const ANSWER_TOO_LONG = 'answer too long';
