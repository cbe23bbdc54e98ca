{{/*
How services and KEDA connect to Kafka. The first three templates take the root, the others a dict with `root`, `service`
and `settings`.
*/}}

{{- define "mo-loans.kafkaTls" -}}
{{- if hasSuffix "SSL" .Values.kafka.securityProtocol }}yes{{ end }}
{{- end }}

{{- define "mo-loans.kafkaSasl" -}}
{{- if hasPrefix "SASL_" .Values.kafka.securityProtocol }}yes{{ end }}
{{- end }}

{{- define "mo-loans.kafkaBrokers" -}}
{{- if not .Values.kafka.brokers }}{{ fail "kafka.brokers: set at least one, as host:port" }}{{ end }}
{{- join "," .Values.kafka.brokers }}
{{- end }}

{{/* The Secrets of the service's own user, or else those of all services. */}}
{{- define "mo-loans.kafkaSaslSecret" -}}
{{- required (printf "%s.kafka.sasl.secret: set the name of the Secret with the user's name and password, or a kafka.securityProtocol without SASL" .service) (((.settings.kafka).sasl).secret | default .root.Values.kafka.sasl.secret) }}
{{- end }}

{{- define "mo-loans.kafkaClientSecret" -}}
{{ ((.settings.kafka).tls).clientSecret | default .root.Values.kafka.tls.clientSecret }}
{{- end }}

{{- define "mo-loans.kafkaEnv" -}}
- { name: KAFKA_BROKERS, value: {{ include "mo-loans.kafkaBrokers" .root | quote }} }
- { name: KAFKA_SECURITY_PROTOCOL, value: {{ .root.Values.kafka.securityProtocol }} }
- { name: TOPIC_PREFIX, value: {{ .root.Values.topicPrefix | quote }} }
{{- if include "mo-loans.kafkaSasl" .root }}
- { name: KAFKA_SASL_MECHANISM, value: {{ .root.Values.kafka.sasl.mechanism }} }
- { name: KAFKA_SASL_USERNAME_FILE, value: /run/secrets/mo-loans/kafka-username }
- { name: KAFKA_SASL_PASSWORD_FILE, value: /run/secrets/mo-loans/kafka-password }
{{- end }}
{{- if include "mo-loans.kafkaTls" .root }}
{{- if .root.Values.kafka.tls.caSecret }}
- { name: KAFKA_SSL_CA_FILE, value: /run/secrets/mo-loans/kafka-ca.crt }
{{- end }}
{{- if include "mo-loans.kafkaClientSecret" . }}
- { name: KAFKA_SSL_CERT_FILE, value: /run/secrets/mo-loans/kafka-client.crt }
- { name: KAFKA_SSL_KEY_FILE, value: /run/secrets/mo-loans/kafka-client.key }
{{- end }}
{{- end }}
{{- end }}

{{- define "mo-loans.kafkaSecrets" -}}
{{- if include "mo-loans.kafkaSasl" .root }}
- secret:
    name: {{ include "mo-loans.kafkaSaslSecret" . }}
    items:
      - { key: {{ .root.Values.kafka.sasl.usernameKey }}, path: kafka-username }
      - { key: {{ .root.Values.kafka.sasl.passwordKey }}, path: kafka-password }
{{- end }}
{{- if include "mo-loans.kafkaTls" .root }}
{{- with .root.Values.kafka.tls }}
{{- if .caSecret }}
- secret:
    name: {{ .caSecret }}
    items: [{ key: {{ .caKey }}, path: kafka-ca.crt }]
{{- end }}
{{- end }}
{{- with include "mo-loans.kafkaClientSecret" . }}
- secret:
    name: {{ . }}
    items: [{ key: tls.crt, path: kafka-client.crt }, { key: tls.key, path: kafka-client.key }]
{{- end }}
{{- end }}
{{- end }}

{{/* The same Secrets, as parameters of KEDA's scaler. */}}
{{- define "mo-loans.kafkaScalerSecrets" -}}
{{- if include "mo-loans.kafkaSasl" .root }}
{{- $secret := include "mo-loans.kafkaSaslSecret" . }}
- { parameter: username, name: {{ $secret }}, key: {{ .root.Values.kafka.sasl.usernameKey }} }
- { parameter: password, name: {{ $secret }}, key: {{ .root.Values.kafka.sasl.passwordKey }} }
{{- end }}
{{- if include "mo-loans.kafkaTls" .root }}
{{- with .root.Values.kafka.tls }}
{{- if .caSecret }}
- { parameter: ca, name: {{ .caSecret }}, key: {{ .caKey }} }
{{- end }}
{{- end }}
{{- with include "mo-loans.kafkaClientSecret" . }}
- { parameter: cert, name: {{ . }}, key: tls.crt }
- { parameter: key, name: {{ . }}, key: tls.key }
{{- end }}
{{- end }}
{{- end }}
