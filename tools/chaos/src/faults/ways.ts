/** Every connection path between two processes of the stack, each through its own relay. */
import type { Way } from '@mo/dev-stack';
import { SERVICES } from './plan.ts';
import { type RelayState, TcpRelay } from './relay.ts';

interface Led {
  readonly from: string;
  readonly to: string;
  readonly relay: TcpRelay;
}

/** The service of a process: `loans-2` is a replica of loans. */
const serviceOf = (name: string): string => name.replace(/-\d+$/, '');

export class Ways {
  readonly #led: Led[] = [];

  /** Called by the stack: returns the port of a relay to the target. */
  readonly detour = async ({ from, to, port }: Way): Promise<number> => {
    const relay = await TcpRelay.start(port);
    this.#led.push({ from, to, relay });
    return relay.port;
  };

  /** The relays from one service to another, or to a server. */
  between(from: string, to: string): TcpRelay[] {
    return this.#find((way) => serviceOf(way.from) === from && serviceOf(way.to) === to);
  }

  /** The relays from one process to a server. */
  fromProcess(name: string, to: string): TcpRelay[] {
    return this.#find((way) => way.from === name && way.to === to);
  }

  /** The relays to and from the other services. */
  amongServices(service: string): TcpRelay[] {
    const [others, own] = [SERVICES.filter((other) => other !== service), [service]];
    const leads = (from: readonly string[], to: readonly string[], way: Led) =>
      from.includes(serviceOf(way.from)) && to.includes(serviceOf(way.to));
    return this.#find((way) => leads(own, others, way) || leads(others, own, way));
  }

  /** Sets all relays to one state. */
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
