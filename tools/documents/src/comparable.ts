/**
 * Prepares an OpenAPI document for api-smart-diff, which distinguishes requests from answers by their position in the
 * document.
 */

interface Referable {
  readonly $ref?: string;
}
type Answers = Record<string, Referable>;
interface Parameter {
  readonly in: string;
  readonly name: string;
}
interface Operation {
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: object };
  responses?: Answers;
}
type Paths = Record<string, Readonly<Record<string, Operation>>>;
interface ApiDocument {
  paths?: Paths;
  webhooks?: Paths;
  readonly components?: { responses?: Answers };
}

const SHARED_ANSWERS = '#/components/responses/';

/** Modifies the document, and returns it. */
export function comparable(document: ApiDocument): object {
  const { paths = {}, webhooks = {}, components = {} } = document;
  for (const operation of Object.values(paths).flatMap((item) => Object.values(item)))
    operation.responses = answersInPlace(operation.responses ?? {}, components.responses ?? {});
  document.paths = { ...paths, ...webhooksAsAnswers(webhooks) };
  delete document.webhooks;
  delete components.responses;
  return document;
}

/** Inlines shared answers: behind a reference, their schemas would be judged like those of requests. */
const answersInPlace = (answers: Answers, shared: Answers): Answers =>
  Object.fromEntries(
    Object.entries(answers).map(([status, answer]) => [status, shared[sharedName(answer) ?? ''] ?? answer]),
  );

const sharedName = ({ $ref }: Referable): string | null =>
  $ref?.startsWith(SHARED_ANSWERS) === true ? $ref.slice(SHARED_ANSWERS.length) : null;

/** Turns messages of webhooks into answers, because the same rules of compatibility apply to both. */
const webhooksAsAnswers = (webhooks: Paths): Paths =>
  Object.fromEntries(
    Object.entries(webhooks).map(([name, item]) => [
      `/webhooks/${name}`,
      Object.fromEntries(Object.entries(item).map(([method, operation]) => [method, messageAsAnswer(operation)])),
    ]),
  );

function messageAsAnswer({ parameters = [], requestBody }: Operation): Operation {
  const headers = Object.fromEntries(
    parameters.filter((parameter) => parameter.in === 'header').map((header) => [header.name, header]),
  );
  return { responses: { 200: { description: 'The message', headers, ...requestBody } as Referable } };
}
