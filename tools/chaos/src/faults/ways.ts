/** Every way between two processes of the stack, each over a relay of its own. */
import type { Way } from '@mo/dev-stack';
import { type RelayState, TcpRelay } from './relay.ts';

interface Led {
  readonly from: string;
  readonly to: string;
  readonly relay: TcpRelay;
}

/** The service that a process is a replica of: `loans-2` is one of loans. */
const serviceOf = (name: string): string => name.replace(/-\d+$/, '');

export class Ways {
  readonly #led: Led[] = [];

  /** For the stack: answers with a port that leads to the end of the way. */
  readonly detour = async ({ from, to, port }: Way): Promise<number> => {
    const relay = await TcpRelay.start(port);
    this.#led.push({ from, to, relay });
    return relay.port;
  };

  /** Everything from one service to another, or to a server. */
  between(from: string, to: string): TcpRelay[] {
    return this.#find((way) => serviceOf(way.from) === from && serviceOf(way.to) === to);
  }

  /** Everything from one process to a server. */
  fromProcess(name: string, to: string): TcpRelay[] {
    return this.#find((way) => way.from === name && way.to === to);
  }

  /** Everything from the other services and to them. */
  amongServices(service: string): TcpRelay[] {
    const services = ['customers', 'loans', 'payments'];
    const [others, own] = [services.filter((other) => other !== service), [service]];
    const leads = (from: readonly string[], to: readonly string[], way: Led) =>
      from.includes(serviceOf(way.from)) && to.includes(serviceOf(way.to));
    return this.#find((way) => leads(own, others, way) || leads(others, own, way));
  }

  /** All of them, in one state. */
  become(state: RelayState): void {
    for (const { relay } of this.#led) relay.become(state);
  }

  stop(): void {
    for (const { relay } of this.#led) relay.stop();
  }

  #find(fits: (way: Led) => boolean): TcpRelay[] {
    return this.#led.filter(fits).map(({ relay }) => relay);
  }
}
