/** What the Helm chart creates from values. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse, parseAllDocuments } from 'yaml';

const HELM = fileURLToPath(new URL('../../../deploy/helm', import.meta.url));
/** The oldest version that the chart supports. */
const KUBERNETES = '1.27';
const RENDER_TIMEOUT_MS = 60_000;
const OUTPUT_BYTES_MAX = 16 * 1024 * 1024;

export type Values = Readonly<Record<string, object>>;

interface SecretSource {
  readonly secret: { readonly name: string; readonly items: readonly { readonly path: string }[] };
}

interface Container {
  readonly image: string;
  readonly env: readonly { readonly name: string; readonly value: string }[];
}

interface PodTemplate {
  readonly spec: {
    readonly volumes: readonly { readonly projected?: { readonly sources: readonly SecretSource[] } }[];
    readonly containers: readonly Container[];
  };
}

/** An object in the cluster, with the fields that the check reads; kubectl-validate checks the others. */
export interface KubernetesObject {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly template?: PodTemplate;
    readonly triggers?: readonly { readonly authenticationRef?: { readonly name: string } }[];
    readonly secretTargetRef?: readonly { readonly name: string }[];
  };
}

/** The values of `deploy/helm/values/NAME.yaml`. */
export const exampleValues = (name: string): Values =>
  parse(readFileSync(join(HELM, 'values', `${name}.yaml`), 'utf8'));

/**
 * Renders the release `mo-loans`.
 *
 * @throws Error with the message of helm, if it refuses the values
 */
export function render(values: Values): KubernetesObject[] {
  const args = ['template', 'mo-loans', join(HELM, 'mo-loans'), '--kube-version', KUBERNETES, '--values', '-'];
  const options = { input: JSON.stringify(values), timeout: RENDER_TIMEOUT_MS, maxBuffer: OUTPUT_BYTES_MAX };
  const { error, status, stdout, stderr } = spawnSync('helm', args, { ...options, encoding: 'utf8' });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(stderr);
  return parseAllDocuments(stdout)
    .map((document): KubernetesObject | null => document.toJS())
    .filter((object) => object !== null);
}
