/** The three streams, each written by the service of its name. */
export const STREAMS = ['customers', 'loans', 'payments'] as const;
export type Stream = (typeof STREAMS)[number];

/** Versions of streams for one customer. A version is 1, 2, 3 …; 0 stands for nothing yet. */
export type Versions = Readonly<Record<Stream, number>>;

/** The versions of other streams that an event was decided on; a stream that played no part is left out. */
export type SeenVersions = Readonly<Partial<Record<Stream, number>>>;

export const NO_VERSIONS: Versions = { customers: 0, loans: 0, payments: 0 };
