/** Resolves references to shared answers, because the comparison judges the schemas of shared answers like requests. */

type Answers = Record<string, { readonly $ref?: string }>;
interface Operation {
  responses?: Answers;
}
interface ApiDocument {
  readonly paths?: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components?: { responses?: Answers };
}

const SHARED = '#/components/responses/';

/** Replaces each reference to a shared answer by the answer. Changes the document in place, and returns it. */
export function withAnswersInPlace(document: ApiDocument): object {
  const { paths = {}, components = {} } = document;
  const { responses: shared = {} } = components;
  for (const operation of Object.values(paths).flatMap((item) => Object.values(item))) {
    if (operation.responses === undefined) continue;
    operation.responses = Object.fromEntries(
      Object.entries(operation.responses).map(([status, answer]) => [status, inPlace(answer, shared)]),
    );
  }
  delete components.responses;
  return document;
}

function inPlace(answer: Answers[string], shared: Answers): Answers[string] {
  const name = answer.$ref?.startsWith(SHARED) === true ? answer.$ref.slice(SHARED.length) : null;
  return name === null ? answer : (shared[name] ?? answer);
}
