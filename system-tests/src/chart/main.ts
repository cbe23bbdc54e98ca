/**
 * `npm run check:ops -- deployment`: checks how the Helm chart connects each service to Kafka, which Secrets it mounts,
 * and which image it runs. Exit code 1 if something is not as it should be.
 */
import { isDeepStrictEqual } from 'node:util';
import { exampleValues, type KubernetesObject, render, type Values } from './render.ts';

const say = (line: string) => process.stdout.write(`${line}\n`);

function check(what: string, actual: unknown, expected: unknown): void {
  if (isDeepStrictEqual(actual, expected)) return;
  say(`${what}: ${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`);
  process.exitCode = 1;
}

const ofKind = (objects: readonly KubernetesObject[], kind: string) => objects.filter((object) => object.kind === kind);
const nameOf = ({ metadata }: KubernetesObject) => metadata.name.replace('mo-loans-', '');

/** The Secret of each file that a Deployment mounts. */
function mountedSecrets({ spec }: KubernetesObject): Map<string, string> {
  const sources = (spec.template?.spec.volumes ?? []).flatMap(({ projected }) => projected?.sources ?? []);
  return new Map(sources.flatMap(({ secret }) => secret.items.map(({ path }) => [path, secret.name] as const)));
}

/** By component, the Secret of a file; null for a component without the file. */
const secretsOf = (objects: readonly KubernetesObject[], file: string) =>
  Object.fromEntries(ofKind(objects, 'Deployment').map((of) => [nameOf(of), mountedSecrets(of).get(file) ?? null]));

/** The Secrets that several components mount. */
function sharedSecrets(objects: readonly KubernetesObject[]): string[] {
  const mounted = ofKind(objects, 'Deployment').flatMap((of) => [...new Set(mountedSecrets(of).values())]);
  return [...new Set(mounted.filter((name, index) => mounted.indexOf(name) !== index))];
}

/** By component, the Secrets with which KEDA asks Kafka for its lag. */
function scalerSecrets(objects: readonly KubernetesObject[]): Record<string, string[]> {
  const targets = new Map(
    ofKind(objects, 'TriggerAuthentication').map(({ metadata, spec }) => [metadata.name, spec.secretTargetRef ?? []]),
  );
  const secretsOfScaler = ({ spec }: KubernetesObject) =>
    (spec.triggers ?? []).flatMap(({ authenticationRef }) => targets.get(authenticationRef?.name ?? '') ?? []);
  return Object.fromEntries(
    ofKind(objects, 'ScaledObject').map((of) => [
      nameOf(of),
      [...new Set(secretsOfScaler(of).map(({ name }) => name))],
    ]),
  );
}

/** The protocols with which components connect to Kafka. */
function protocols(objects: readonly KubernetesObject[]): string[] {
  const containers = ofKind(objects, 'Deployment').flatMap(({ spec }) => spec.template?.spec.containers ?? []);
  const values = containers.flatMap(({ env }) => env.filter(({ name }) => name === 'KAFKA_SECURITY_PROTOCOL'));
  return [...new Set(values.map(({ value }) => value))];
}

/** The images of pods, also of those that migrate databases. */
function imagesOf(objects: readonly KubernetesObject[]): string[] {
  const images = objects.flatMap(({ spec }) => spec.template?.spec.containers.map(({ image }) => image) ?? []);
  return [...new Set(images)].sort();
}

/** Whether helm refuses the values with this message. */
function isRefused(values: Values, message: string): boolean {
  try {
    render(values);
    return false;
  } catch (error) {
    return String(error).includes(message);
  }
}

const production = render(exampleValues('production'));
check('production.yaml: passwords of Kafka', secretsOf(production, 'kafka-password'), {
  gateway: null,
  customers: 'customers-kafka',
  loans: 'loans-kafka',
  payments: 'payments-kafka',
  webhooks: 'webhooks-kafka',
});
check('production.yaml: shared Secrets', sharedSecrets(production), ['database-ca']);
check('production.yaml: Secrets for KEDA', scalerSecrets(production), {
  customers: ['customers-kafka'],
  loans: ['loans-kafka'],
  payments: ['payments-kafka'],
  webhooks: ['webhooks-kafka'],
});

const certificates = render(exampleValues('certificates'));
check('certificates.yaml: keys for Kafka', secretsOf(certificates, 'kafka-client.key'), {
  gateway: null,
  customers: 'customers-kafka-client',
  loans: 'loans-kafka-client',
  payments: 'payments-kafka-client',
});
check('certificates.yaml: shared Secrets', sharedSecrets(certificates), ['own-ca']);

const { loans, ...others } = exampleValues('small');
/** The values of small.yaml, with other settings of Kafka for all services, and for loans alone. */
const withKafka = (ofAll: object, ofLoans: object = {}): Values => ({
  ...others,
  kafka: { brokers: ['kafka:9092'], ...ofAll },
  loans: { ...loans, kafka: ofLoans },
});

const common = { sasl: { secret: 'common' }, tls: { clientSecret: 'common-client' } };
const own = { sasl: { secret: 'own' }, tls: { clientSecret: 'own-client' } };
const mixed = render(withKafka(common, own));
check('loans with a user of its own: passwords', secretsOf(mixed, 'kafka-password'), {
  gateway: null,
  customers: 'common',
  loans: 'own',
  payments: 'common',
});
check('loans with a user of its own: keys', secretsOf(mixed, 'kafka-client.key'), {
  gateway: null,
  customers: 'common-client',
  loans: 'own-client',
  payments: 'common-client',
});

check('small.yaml: protocols', protocols(render(exampleValues('small'))), ['PLAINTEXT']);
check('without a protocol: protocols', protocols(mixed), ['SASL_SSL']);
const message = 'customers.kafka.sasl.secret: set the name of the Secret';
check('without a protocol and a user: refused', isRefused(withKafka({}), message), true);

const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;
const withDigest = (loansDigest: string): Values => ({
  ...exampleValues('small'),
  image: { registry: 'registry', tag: '1', digests: { loans: loansDigest } },
});
check('the digest of loans: images', imagesOf(render(withDigest(digest))), [
  'registry/customers:1',
  'registry/gateway:1',
  `registry/loans:1@${digest}`,
  'registry/payments:1',
]);
check('a digest that is too short: refused', isRefused(withDigest(digest.slice(0, -1)), '/image/digests/loans'), true);
if (process.exitCode === undefined) say('Secrets, protocols and images are as they should be');
