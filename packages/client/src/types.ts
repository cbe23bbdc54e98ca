/** Short names for the generated types of the API. */
import type { Optional } from './optional.ts';
import type { ROUTES } from './routes.ts';
import type { components, operations } from './schema.ts';

type Schemas = components['schemas'];

export type Customer = Schemas['Customer'];
export type NewCustomer = Optional<Schemas['NewCustomer']>;
export type CustomerChange = Optional<Schemas['CustomerChange']>;
export type Balance = Schemas['Balance'];
export type StatementEntry = Schemas['StatementEntry'];
export type Loan = Schemas['Loan'];
export type NewLoan = Optional<Schemas['NewLoan']>;
export type Payment = Schemas['Payment'];
export type NewPayment = Optional<Schemas['NewPayment']>;
export type BulkSummary = Schemas['BulkSummary'];
export type BulkError = Schemas['BulkError'];
export type Webhook = Schemas['Webhook'];
export type CreatedWebhook = Schemas['CreatedWebhook'];
export type NewWebhook = Optional<Schemas['NewWebhook']>;
export type WebhookChange = Optional<Schemas['WebhookChange']>;
export type SecretRotation = Optional<Schemas['SecretRotation']>;
export type Delivery = Schemas['Delivery'];
/** The message that a webhook receives. */
export type WebhookMessage = Schemas['WebhookMessage'];
export type WebhookReplay = Optional<Schemas['WebhookReplay']>;
export type Replayed = Schemas['Replayed'];
export type Scope = Schemas['Scope'];
export type ApiKey = Schemas['ApiKey'];
export type CreatedApiKey = Schemas['CreatedApiKey'];
export type NewApiKey = Optional<Schemas['NewApiKey']>;
export type KeyRotation = Optional<Schemas['KeyRotation']>;
export type AuditEntry = Schemas['AuditEntry'];
export type Problem = Schemas['Problem'];
export type FieldError = Schemas['FieldError'];
/** The machine-readable kind of a problem. Newer servers may send codes that are not listed here. */
export type ProblemCode = Problem['code'];

/** A page of results; `next_cursor` is null on the last page. */
export interface Page<Item> {
  readonly results: readonly Item[];
  readonly next_cursor: string | null;
}

/** The callable operations. The OpenAPI document also lists webhook messages as operations, which are excluded here. */
export type OperationId = keyof typeof ROUTES;

type Part<Id extends OperationId, Name extends 'path' | 'query'> = NonNullable<operations[Id]['parameters'][Name]>;
type JsonOf<T> = T extends { content: { 'application/json': infer Body } } ? Body : never;

/** The query of an operation: filters, `cursor`, and `limit`, the size of a page (1–200). */
export type QueryOf<Id extends OperationId> = Optional<Part<Id, 'query'>>;
export type PathOf<Id extends OperationId> = Part<Id, 'path'>;
export type BodyOf<Id extends OperationId> = Optional<JsonOf<NonNullable<operations[Id]['requestBody']>>>;
/** The body of a successful answer. */
export type AnswerOf<Id extends OperationId> = JsonOf<
  operations[Id]['responses'][keyof operations[Id]['responses'] & (200 | 201 | 202)]
>;
