/**
 * `npm run dead-letters -- list|replay|dismiss`: what followers could not understand or give its effect. Exit code 0 when all
 * that was asked for is done, 1 when letters are left that can't be put back, 2 when it could not begin or was stopped.
 */
import { parseArgs } from 'node:util';
import { readCustomerId, STREAMS } from '@mo/contracts';
import { ConfigError } from '@mo/service-kit';
import { DeadLettersError } from './dead-letters-error.ts';
import { LetterTopics } from './letter-topics.ts';
import { lineOf, list } from './list.ts';
import { showProgress } from './progress.ts';
import type { Customer } from './selection.ts';
import { settle } from './settle.ts';
import { SettledLetters } from './settled-letters.ts';
import { findTarget } from './target.ts';

const USAGE = `Usage: npm run dead-letters -- COMMAND [options]

  list        prints the letters that stand: origin, customer, type, version, age, reason
  replay      puts them back on their topics as they came, each once: after a fix of what could not understand them
  dismiss     settles them without that: for what is no event at all; followers wait for it no longer

  --topic TOPIC    of this topic alone, such as mo.loans (else of all)
  --customer ID    of this customer alone; none: of those whose customer can't be read
  --help           prints this

Kafka is at KAFKA_BROKERS, else where the stack has it that npm start runs; topics begin with TOPIC_PREFIX (mo).
A message that is put back comes after later ones of its customer: followers apply it only if they still wait for it.`;

const OPTIONS = {
  topic: { type: 'string' },
  customer: { type: 'string' },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

const COMMANDS = ['list', 'replay', 'dismiss'] as const;
type Command = (typeof COMMANDS)[number];

async function main(): Promise<number> {
  const { values, positionals } = readArguments();
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const command = readCommand(positionals);
  const customer = readCustomer(values.customer);
  const target = findTarget(process.env, process.cwd());
  const sources =
    values.topic === undefined ? STREAMS.map((stream) => `${target.topicPrefix}.${stream}`) : [values.topic];
  const topics = await LetterTopics.open(target, sources);
  try {
    const settled = await SettledLetters.read(topics);
    return command === 'list'
      ? await runList(topics, settled, customer)
      : await runSettle(topics, settled, customer, command);
  } finally {
    await topics.close();
  }
}

async function runList(topics: LetterTopics, settled: SettledLetters, customer: Customer): Promise<number> {
  const count = await list(topics, settled, customer, (line) => console.log(line));
  console.log(`letters: ${count}`);
  return 0;
}

async function runSettle(
  topics: LetterTopics,
  settled: SettledLetters,
  customer: Customer,
  command: 'replay' | 'dismiss',
): Promise<number> {
  const settlement = command === 'replay' ? 'replayed' : 'dismissed';
  let read = 0;
  const stopProgress = showProgress(topics.messages, () => read, process.stderr);
  const onRead = (messages: number) => {
    read += messages;
  };
  const onLeft = (letter: Parameters<typeof lineOf>[0]) =>
    console.error(`can't be put back, for it isn't whole: ${lineOf(letter, Date.now())}`);
  const done = await settle({ topics, settled, customer, settlement, onLeft, onRead }).finally(stopProgress);
  if (command === 'dismiss') console.log(`letters dismissed: ${done.letters}`);
  else console.log(`letters put back: ${done.letters}, as messages: ${done.messages}, left: ${done.left}`);
  return done.left === 0 ? 0 : 1;
}

function readArguments() {
  try {
    return parseArgs({ options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new DeadLettersError(`${(error as Error).message}\n\n${USAGE}`, { cause: error });
  }
}

function readCommand([name, ...others]: readonly string[]): Command {
  const command = COMMANDS.find((candidate) => candidate === name);
  if (command !== undefined && others.length === 0) return command;
  throw new DeadLettersError(`name one command: ${COMMANDS.join(', ')}\n\n${USAGE}`);
}

function readCustomer(text: string | undefined): Customer {
  if (text === undefined) return 'all';
  const customer = text === 'none' ? text : readCustomerId(text);
  if (customer !== null) return customer;
  throw new DeadLettersError(`--customer must be a customer's id, or none, not "${text}"`);
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof DeadLettersError || error instanceof ConfigError)) throw error;
  console.error(`dead-letters: ${error.message}`);
  process.exitCode = 2;
}
