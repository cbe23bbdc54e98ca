import { Command } from '@commander-js/extra-typings';
import { STREAMS } from '@mo/contracts';
import type { GlobalOptions } from '../context.ts';
import { examples } from '../options.ts';
import { counted } from '../output/counted.ts';
import { EXIT } from '../output/failure.ts';
import type { Column } from '../output/table.ts';
import { run } from '../run.ts';
import type { FollowerLag, PartState } from '../status/look.ts';
import type { System } from '../target/system.ts';

const PARTS: readonly Column<PartState>[] = [
  { head: 'PART', of: ({ part }) => part },
  { head: 'STATE', of: ({ state }) => state },
  { head: 'VERSION', of: ({ version }) => version },
  { head: 'WHERE', of: ({ where }) => where },
  { head: 'DETAILS', of: ({ details }) => details },
];
const LAGS: readonly Column<FollowerLag>[] = [
  { head: 'FOLLOWER', of: ({ follower }) => follower },
  { head: 'TOPIC', of: ({ topic }) => topic },
  { head: 'BEHIND', of: ({ events }) => (events === null ? 'not started' : counted(events, 'event')) },
];

export const statusCommand = () =>
  new Command('status')
    .description('show the state of processes, databases and Kafka, and how far each follower is behind')
    .addHelpText(
      'after',
      `
With --url or MO_URL it queries that gateway, and what CUSTOMERS_URL, LOANS_URL, PAYMENTS_URL, WEBHOOKS_URL, the three
_DATABASE_URLs and KAFKA_BROKERS name. The exit code is 0 only if everything is ready.
${examples('mo status', 'mo status --json | jq .ready')}`,
    )
    .action((_options, command) =>
      run(command, async ({ env, cwd, out }) => {
        const options: GlobalOptions = command.optsWithGlobals();
        const { findSystem } = await import('../target/system.ts');
        const { look } = await import('../status/look.ts');
        const system = findSystem(options, env, cwd);
        const { parts, lags } = await look(system);
        const isReady = parts.every(({ state }) => state === 'ready');
        if (out.isJson) out.result({ ready: isReady, parts, lags, not_asked: notQueried(system) }, '');
        else {
          await out.rows(parts, PARTS);
          if (lags.length > 0) {
            out.gap();
            await out.rows(lags, LAGS);
          }
          const others = notQueried(system);
          if (others.length > 0) out.note(`not queried, because their addresses are unknown: set ${others.join(', ')}`);
        }
        return isReady ? EXIT.done : EXIT.notWell;
      }),
    );

/** The variables that would name the unknown parts. */
function notQueried({ processes, databases, kafka }: System): string[] {
  return [
    ...STREAMS.filter((stream) => processes[stream].length === 0).map((stream) => `${stream.toUpperCase()}_URL`),
    ...(databases === null ? STREAMS.map((stream) => `${stream.toUpperCase()}_DATABASE_URL`) : []),
    ...(kafka === null ? ['KAFKA_BROKERS'] : []),
  ];
}
