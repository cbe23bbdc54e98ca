/** An OpenAPI document as the comparison judges it rightly: it knows what is asked for from what is answered by where it stands. */

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

/** Changes the document in place, and returns it. */
export function comparable(document: ApiDocument): object {
  const { paths = {}, webhooks = {}, components = {} } = document;
  for (const operation of Object.values(paths).flatMap((item) => Object.values(item)))
    operation.responses = answersInPlace(operation.responses ?? {}, components.responses ?? {});
  document.paths = { ...paths, ...webhooksAsAnswers(webhooks) };
  delete document.webhooks;
  delete components.responses;
  return document;
}

/** Replaces references to shared answers, whose schemas would be judged like those of requests. */
const answersInPlace = (answers: Answers, shared: Answers): Answers =>
  Object.fromEntries(
    Object.entries(answers).map(([status, answer]) => [status, shared[sharedName(answer) ?? ''] ?? answer]),
  );

const sharedName = ({ $ref }: Referable): string | null =>
  $ref?.startsWith(SHARED_ANSWERS) === true ? $ref.slice(SHARED_ANSWERS.length) : null;

/** What receivers of webhooks are sent is to them what an answer is to clients. */
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
