/**
 * `npm run generate`: writes what the client knows of the API, from docs/api/openapi.json: the types (openapi-typescript) and
 * where each operation is. With `--check` it writes nothing, and fails where a file is not what would be written.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import openapiTS, { astToString } from 'openapi-typescript';

const HEAD = '// Generated from docs/api/openapi.json by `npm run generate`: changes are lost.\n';
const KEY_PARAMETER = '#/components/parameters/IdempotencyKey';
const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;

const text = readFileSync(new URL('../../../docs/api/openapi.json', import.meta.url), 'utf8');
interface Described {
  readonly operationId: string;
  readonly parameters?: readonly { readonly $ref?: string }[];
}
const document = JSON.parse(text) as { paths: Record<string, Record<string, Described>> };
/** Whether a schema only requires members that another one describes. */
const isOnlyRequired = (schema: object): boolean => Object.keys(schema).join() === 'required';
/** Whether an operation has its effect once for an idempotency key. */
const isKeyed = ({ parameters = [] }: Described): boolean => parameters.some(({ $ref }) => $ref === KEY_PARAMETER);

/**
 * The document without alternatives that only require members: openapi-typescript takes these for `unknown`, and then so
 * is the whole type.
 */
const typed = JSON.stringify(document, (_key, value) => {
  if (value?.properties === undefined || !value.anyOf?.every(isOnlyRequired)) return value;
  const { anyOf: _, ...rest } = value;
  return rest;
});

/** Members that have a default may be left out of requests. */
const types = astToString(await openapiTS(typed, { defaultNonNullable: false, silent: true }));

const routes = Object.entries(document.paths).flatMap(([path, item]) =>
  METHODS.flatMap((method) => {
    const operation = item[method];
    if (operation === undefined) return [];
    const fields = `method: '${method.toUpperCase()}', path: '${path}', isKeyed: ${isKeyed(operation)}`;
    return [`  ${operation.operationId}: { ${fields} },`];
  }),
);

const files = {
  'schema.ts': `${HEAD}${types}`,
  'routes.ts': [
    HEAD.trimEnd(),
    '',
    '/** Where each operation is, and whether it has its effect once for an idempotency key. */',
    'export const ROUTES = {',
    ...routes.sort(),
    '} as const;',
    '',
  ].join('\n'),
};

const isCheck = process.argv.includes('--check');
for (const [name, content] of Object.entries(files)) {
  const path = fileURLToPath(new URL(`../src/${name}`, import.meta.url));
  if (!isCheck) writeFileSync(path, content);
  else if (readFileSync(path, 'utf8') !== content) {
    process.stderr.write(`${relative(process.cwd(), path)} is not what the OpenAPI document says: npm run generate\n`);
    process.exitCode = 1;
  }
}
