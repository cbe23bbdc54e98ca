{{- define "mo-loans.fullname" -}}
{{- if contains .Chart.Name .Release.Name }}{{ .Release.Name }}{{ else }}{{ .Release.Name }}-{{ .Chart.Name }}{{ end }}
{{- end }}

{{/* All services behind the gateway, separated by spaces. */}}
{{- define "mo-loans.services" -}}
customers loans payments{{ if .Values.webhooks.database.secret }} webhooks{{ end }}
{{- end }}

{{- define "mo-loans.releaseLabels" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* Labels that select the pods of a component. Takes a dict with `root` and `name`, like most templates below. */}}
{{- define "mo-loans.selector" -}}
{{ include "mo-loans.releaseLabels" .root }}
app.kubernetes.io/component: {{ .name }}
{{- end }}

{{- define "mo-loans.labels" -}}
{{ include "mo-loans.selector" . }}
app.kubernetes.io/version: {{ .root.Values.image.tag | default .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ .root.Chart.Name }}-{{ .root.Chart.Version }}
{{- end }}

{{- define "mo-loans.metadata" -}}
name: {{ include "mo-loans.fullname" .root }}-{{ .name }}
namespace: {{ .root.Release.Namespace }}
labels: {{- include "mo-loans.labels" . | nindent 2 }}
{{- end }}

{{/* The settings of a component, as YAML: the defaults, overridden by its own section. */}}
{{- define "mo-loans.settings" -}}
{{ mergeOverwrite (deepCopy .root.Values.defaults) (index .root.Values .name) | toYaml }}
{{- end }}

{{/* A pod's specification without its containers. Needs `secrets`, the sources of the volume of that name. */}}
{{- define "mo-loans.pod" -}}
automountServiceAccountToken: false
enableServiceLinks: false
# Makes the pause process PID 1, because PID 1 ignores signals until it has handlers for them.
shareProcessNamespace: true
{{- with .root.Values.serviceAccountName }}
serviceAccountName: {{ . }}
{{- end }}
{{- with .root.Values.image.pullSecrets }}
imagePullSecrets: {{- toYaml . | nindent 2 }}
{{- end }}
securityContext:
  runAsNonRoot: true
  runAsUser: 1000
  runAsGroup: 1000
  fsGroup: 1000
  seccompProfile: { type: RuntimeDefault }
{{- with .settings.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .settings.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
volumes:
  - name: tmp
    emptyDir: { sizeLimit: 64Mi }
  - name: secrets
    projected:
      defaultMode: 0440
      sources: {{- .secrets | nindent 8 }}
{{- end }}

{{/* A container of a service's image. */}}
{{- define "mo-loans.container" -}}
image: {{ .root.Values.image.registry }}/{{ .service }}:{{ .root.Values.image.tag | default .root.Chart.AppVersion }}{{ with index (.root.Values.image.digests | default dict) .service }}@{{ . }}{{ end }}
imagePullPolicy: {{ .root.Values.image.pullPolicy }}
resources: {{- toYaml .settings.resources | nindent 2 }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: { drop: [ALL] }
volumeMounts:
  - { name: tmp, mountPath: /tmp }
  - { name: secrets, mountPath: /run/secrets/mo-loans, readOnly: true }
{{- end }}

{{- define "mo-loans.commonEnv" -}}
- { name: LOG_LEVEL, value: {{ .Values.logLevel | quote }} }
- { name: MO_VERSION, value: {{ .Values.image.tag | default .Chart.AppVersion | quote }} }
{{- range $name, $value := .Values.extraEnv }}
- { name: {{ $name }}, value: {{ $value | quote }} }
{{- end }}
{{- end }}

{{/* Services are headless: each name resolves to all replicas, over which callers balance. */}}
{{- define "mo-loans.urlsEnv" -}}
{{- $isSecure := include "mo-loans.callsByTls" . }}
{{- range $name := include "mo-loans.services" $ | splitList " " }}
{{- $host := printf "%s-%s" (include "mo-loans.fullname" $) $name }}
- { name: {{ upper $name }}_URL, value: '{{ ternary (printf "https://%s:8443" $host) (printf "http://%s:8080" $host) (not (empty $isSecure)) }}' }
{{- end }}
{{- end }}

{{/* Not empty if the component has a certificate. The gateway needs one only once services are called over TLS. */}}
{{- define "mo-loans.hasIdentity" -}}
{{- if or (include "mo-loans.callsByTls" .root) (and (eq .root.Values.mutualTls.mode "offered") (ne .service "gateway")) }}true{{ end }}
{{- end }}

{{/* Not empty if services are called over TLS. */}}
{{- define "mo-loans.callsByTls" -}}
{{- if has .Values.mutualTls.mode (list "used" "required") }}true{{ end }}
{{- end }}

{{/* The name of the Secret with the component's certificate. */}}
{{- define "mo-loans.identitySecret" -}}
{{- $tls := .root.Values.mutualTls }}
{{- if $tls.issuer.name }}{{ include "mo-loans.fullname" .root }}-{{ .service }}-identity
{{- else }}
{{- required (printf "mutualTls: set issuer.name, or in secrets the name of the Secret with the certificate of %s" .service) (index $tls.secrets .service) }}
{{- end }}
{{- end }}

{{- define "mo-loans.identitySecrets" -}}
- secret:
    name: {{ include "mo-loans.identitySecret" . }}
    items:
      {{- range $file := list "ca.crt" "tls.crt" "tls.key" }}
      - { key: {{ $file }}, path: identity/{{ $file }} }
      {{- end }}
{{- end }}

{{- define "mo-loans.identityEnv" -}}
- { name: IDENTITY_DIR, value: /run/secrets/mo-loans/identity }
{{- if ne .service "gateway" }}
- { name: TLS_PORT, value: '8443' }
- { name: TLS_REQUIRED, value: {{ eq .root.Values.mutualTls.mode "required" | quote }} }
{{- end }}
{{- end }}

{{/* The ports on which services are called: both in the modes `offered` and `used`. */}}
{{- define "mo-loans.servicePorts" -}}
{{- if ne .Values.mutualTls.mode "required" }}
- port: 8080
{{- end }}
{{- if ne .Values.mutualTls.mode "off" }}
- port: 8443
{{- end }}
{{- end }}

{{/* Not empty if the component has a database: every service, and the gateway if its Secret is set. */}}
{{- define "mo-loans.hasDatabase" -}}
{{- if or (ne .service "gateway") .settings.database.secret }}true{{ end }}
{{- end }}

{{- define "mo-loans.databaseEnv" -}}
- { name: {{ upper .service }}_DATABASE_URL_FILE, value: /run/secrets/mo-loans/database-url }
{{- with .root.Values.database.sslMode }}
- { name: PGSSLMODE, value: {{ . }} }
{{- end }}
{{- if .root.Values.database.caSecret }}
- { name: PGSSLROOTCERT, value: /run/secrets/mo-loans/database-ca.crt }
{{- end }}
{{- if .settings.database.clientSecret }}
- { name: PGSSLCERT, value: /run/secrets/mo-loans/database-client.crt }
- { name: PGSSLKEY, value: /run/secrets/mo-loans/database-client.key }
{{- end }}
{{- end }}

{{- define "mo-loans.databaseSecrets" -}}
{{- $service := .service }}
{{- with .settings.database }}
- secret:
    name: {{ required (printf "%s.database.secret: set the name of the Secret with the database's URL" $service) .secret }}
    items: [{ key: {{ .key }}, path: database-url }]
{{- with .clientSecret }}
- secret:
    name: {{ . }}
    items: [{ key: tls.crt, path: database-client.crt }, { key: tls.key, path: database-client.key }]
{{- end }}
{{- end }}
{{- with .root.Values.database }}
{{- if .caSecret }}
- secret:
    name: {{ .caSecret }}
    items: [{ key: {{ .caKey }}, path: database-ca.crt }]
{{- end }}
{{- end }}
{{- end }}
