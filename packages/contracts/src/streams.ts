/** The three streams. Each is written by the service of the same name. */
export const STREAMS = ['customers', 'loans', 'payments'] as const;
export type Stream = (typeof STREAMS)[number];

/** The default prefix of topic names. */
export const TOPIC_PREFIX_DEFAULT = 'mo';
/** The partitions of each topic, unless it was created with another number. */
export const TOPIC_PARTITIONS = 12;

/** The topic of a stream. */
export const topicOf = (prefix: string, stream: Stream): string => `${prefix}.${stream}`;

/** The CloudEvents source of each stream's events. */
export const EVENT_SOURCES = { customers: '/mo/customers', loans: '/mo/loans', payments: '/mo/payments' } as const;

/** The version of each stream for one customer. Versions are 1, 2, 3 …; 0 means that there is no event yet. */
export type Versions = Readonly<Record<Stream, number>>;

/**
 * The versions of other streams that the decision behind an event was based on; streams without influence are left out.
 */
export type SeenVersions = Readonly<Partial<Record<Stream, number>>>;

export const NO_VERSIONS: Versions = { customers: 0, loans: 0, payments: 0 };
