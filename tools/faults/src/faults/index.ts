/** All faults by topic. */
import type { Fault } from '../fault.ts';
import { admitting } from './admitting.ts';
import { calling } from './calling.ts';
import { certifying } from './certifying.ts';
import { commanding } from './commanding.ts';
import { connecting } from './connecting.ts';
import { customers } from './customers.ts';
import { deciding } from './deciding.ts';
import { delivering } from './delivering.ts';
import { encoding } from './encoding.ts';
import { following } from './following.ts';
import { forwarding } from './forwarding.ts';
import { holding } from './holding.ts';
import { lending } from './lending.ts';
import { locking } from './locking.ts';
import { observing } from './observing.ts';
import { operating } from './operating.ts';
import { ordering } from './ordering.ts';
import { paying } from './paying.ts';
import { publishing } from './publishing.ts';
import { pulling } from './pulling.ts';
import { reading } from './reading.ts';
import { sending } from './sending.ts';
import { serving } from './serving.ts';
import { starting } from './starting.ts';
import { storing } from './storing.ts';
import { sweeping } from './sweeping.ts';
import { telling } from './telling.ts';

export const faults: readonly Fault[] = [
  ...following,
  ...sweeping,
  ...deciding,
  ...publishing,
  ...starting,
  ...storing,
  ...encoding,
  ...pulling,
  ...reading,
  ...lending,
  ...paying,
  ...customers,
  ...serving,
  ...commanding,
  ...connecting,
  ...telling,
  ...observing,
  ...calling,
  ...operating,
  ...admitting,
  ...certifying,
  ...ordering,
  ...delivering,
  ...sending,
  ...forwarding,
  ...holding,
  ...locking,
];
