/** The contract as documents for others: made of the schemas, so that they can't tell anything else. */
export { API_VERSION, openApiDocument } from './openapi/document.ts';
export { type Example, type Examples, type OperationText } from './openapi/text.ts';
export { TEXTS } from './openapi/texts/index.ts';
