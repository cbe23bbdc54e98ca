/** The published documents of the contract. They are generated from the schemas, so they cannot deviate from them. */
export {
  type AsyncApiDocument,
  type AsyncApiMessage,
  asyncApiDocument,
  EVENTS_VERSION,
} from './events/asyncapi.ts';
export { eventHeaders } from './events/headers.ts';
export { eventSchemas, type JsonSchema } from './events/schemas.ts';
export { API_VERSION, openApiDocument } from './openapi/document.ts';
export type { Example, Examples, OperationText } from './openapi/text.ts';
export { TEXTS } from './openapi/texts/index.ts';
