/** The three streams, each written by the service of its name. */
export const STREAMS = ['customers', 'loans', 'payments'] as const;
export type Stream = (typeof STREAMS)[number];

/** What the names of topics begin with, unless configured. */
export const TOPIC_PREFIX_DEFAULT = 'mo';
/** Of each topic, unless it was made with another number. */
export const TOPIC_PARTITIONS = 12;

/** The topic of a stream. */
export const topicOf = (prefix: string, stream: Stream): string => `${prefix}.${stream}`;

/** Versions of streams for one customer. A version is 1, 2, 3 …; 0 stands for nothing yet. */
export type Versions = Readonly<Record<Stream, number>>;

/** The versions of other streams that an event was decided on; a stream that played no part is left out. */
export type SeenVersions = Readonly<Partial<Record<Stream, number>>>;

export const NO_VERSIONS: Versions = { customers: 0, loans: 0, payments: 0 };
