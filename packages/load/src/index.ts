export { Connection, type Reply } from './connection.ts';
export { type Generated, generate, type Level, type Orders } from './generate.ts';
export {
  addHistogram,
  countOf,
  type Histogram,
  LATENCY_US_MAX,
  newHistogram,
  percentileMs,
  recordMs,
} from './histogram.ts';
export { type Request, requestText, type Target } from './request-text.ts';
export { Sockets } from './sockets.ts';
