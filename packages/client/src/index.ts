/** A client of the MO Loans API. Start with {@link MoClient}. */
export type { AnswerInfo, CallOptions, ClientOptions } from './caller.ts';
export { MoClient } from './client.ts';
export { isProblem, MoError, NoAnswerError, ProblemError, type ProblemOf, UnexpectedAnswerError } from './errors.ts';
export { List } from './pages.ts';
export type { BulkOptions, ChangedCustomer } from './resources/customers.ts';
export { RETRY_LIMITS, type RetryLimits } from './retry.ts';
export type * from './types.ts';
export type { UploadFile, UploadStream, UploadType } from './upload.ts';
