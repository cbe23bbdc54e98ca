/** `npm run backfill`: its options, and what it tells. */
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { STREAMS, type Stream } from '@mo/contracts';
import { kafkaOverKafkajs } from '@mo/messaging';
import { createLogger } from '@mo/service-kit';
import { type BackfillPlan, backfill } from './backfill.ts';
import { readOptions } from './options.ts';
import { progressOn, rate } from './progress.ts';
import { withDatabases } from './services.ts';
import { findTarget } from './target.ts';
import { UsageError } from './usage-error.ts';

const CONNECTIONS_MAX = 1;

const BACKFILL_USAGE = `Usage: npm run backfill -- --topic mo.loans --to TOPIC [options]

Sends the whole history of a stream to a topic of its own, while the system works, for a new subscriber. It reads that
topic to its end, then the live topic from the offsets that are told at the end, and skips versions that it has.

  --topic TOPIC      the live topic: PREFIX.customers, PREFIX.loans or PREFIX.payments
  --to TOPIC         the subscriber's topic; it is made, and must have no messages
  --plan FILE        writes what the subscriber has to do as JSON, too

The databases and brokers are those of CUSTOMERS_, LOANS_ and PAYMENTS_DATABASE_URL and KAFKA_BROKERS, else those that
npm start runs. Exit code: 0 all is sent, 2 it is not.`;

export async function backfillCommand(args: string[]): Promise<number> {
  const options = readOptions(args, ['topic', 'to', 'plan'], BACKFILL_USAGE);
  if (options === 'help') {
    console.log(BACKFILL_USAGE);
    return 0;
  }
  const topic = topicOption(options, 'topic');
  const to = topicOption(options, 'to');
  const stream = streamOf(topic);
  const { databases: connections, kafka } = findTarget(process.env, process.cwd());
  if (kafka === null) throw new UsageError('KAFKA_BROKERS must be set too');
  const show = progressOn(process.stderr);
  const logger = createLogger('backfill', 'silent');
  const plan = await withDatabases(connections, CONNECTIONS_MAX, (databases) =>
    backfill({
      stream,
      database: databases[stream],
      kafka: kafkaOverKafkajs('mo-backfill', kafka, logger),
      topic,
      to,
      onProgress: (events) => show((seconds) => `${events} events, ${rate(events, seconds)}`),
    }),
  );
  const file = options.get('plan');
  if (file !== undefined) writeFileSync(resolve(callersFolder(), file), `${JSON.stringify(plan, null, 2)}\n`);
  console.log(planText(plan));
  return 0;
}

function planText({ events, customers, read, resume }: BackfillPlan): string {
  const offsets = (ends: BackfillPlan['resume']['from']) =>
    ends.map(({ partition, offset }) => `    partition ${partition}: ${offset}`).join('\n');
  return `${events} events of ${customers} customers are on ${read.topic}. The subscriber now

  1. reads ${read.topic} from its beginning, up to these offsets (the offset itself not included):
${offsets(read.until)}
  2. then reads ${resume.topic} from these offsets on:
${offsets(resume.from)}

and for each customer keeps the last version (ce_sequence), skipping what is not above it.`;
}

function topicOption(options: Map<string, string>, name: string): string {
  const topic = options.get(name);
  if (topic !== undefined && /^[\w.-]{1,200}$/.test(topic)) return topic;
  throw new UsageError(`--${name} must be a topic such as mo.loans${topic === undefined ? '' : `, not "${topic}"`}`);
}

function streamOf(topic: string): Stream {
  const stream = STREAMS.find((candidate) => topic.endsWith(`.${candidate}`));
  if (stream === undefined) throw new UsageError(`--topic must end in .${STREAMS.join(', .')}, not be "${topic}"`);
  return stream;
}

/** npm runs a script in the root of the repository; a relative path means the folder in which npm was called. */
function callersFolder(): string {
  const { npm_lifecycle_event: script, INIT_CWD: folder } = process.env;
  return script === 'backfill' && folder ? folder : process.cwd();
}
