{{/* How services and KEDA connect to Kafka. All templates here take the root. */}}

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

{{- define "mo-loans.kafkaSaslSecret" -}}
{{ required "kafka.sasl.secret: set the name of the Secret with the user's name and password" .Values.kafka.sasl.secret }}
{{- end }}

{{- define "mo-loans.kafkaEnv" -}}
- { name: KAFKA_BROKERS, value: {{ include "mo-loans.kafkaBrokers" . | quote }} }
- { name: KAFKA_SECURITY_PROTOCOL, value: {{ .Values.kafka.securityProtocol }} }
- { name: TOPIC_PREFIX, value: {{ .Values.topicPrefix | quote }} }
{{- if include "mo-loans.kafkaSasl" . }}
- { name: KAFKA_SASL_MECHANISM, value: {{ .Values.kafka.sasl.mechanism }} }
- { name: KAFKA_SASL_USERNAME_FILE, value: /run/secrets/mo-loans/kafka-username }
- { name: KAFKA_SASL_PASSWORD_FILE, value: /run/secrets/mo-loans/kafka-password }
{{- end }}
{{- if include "mo-loans.kafkaTls" . }}
{{- if .Values.kafka.tls.caSecret }}
- { name: KAFKA_SSL_CA_FILE, value: /run/secrets/mo-loans/kafka-ca.crt }
{{- end }}
{{- if .Values.kafka.tls.clientSecret }}
- { name: KAFKA_SSL_CERT_FILE, value: /run/secrets/mo-loans/kafka-client.crt }
- { name: KAFKA_SSL_KEY_FILE, value: /run/secrets/mo-loans/kafka-client.key }
{{- end }}
{{- end }}
{{- end }}

{{- define "mo-loans.kafkaSecrets" -}}
{{- if include "mo-loans.kafkaSasl" . }}
- secret:
    name: {{ include "mo-loans.kafkaSaslSecret" . }}
    items:
      - { key: {{ .Values.kafka.sasl.usernameKey }}, path: kafka-username }
      - { key: {{ .Values.kafka.sasl.passwordKey }}, path: kafka-password }
{{- end }}
{{- if include "mo-loans.kafkaTls" . }}
{{- with .Values.kafka.tls }}
{{- if .caSecret }}
- secret:
    name: {{ .caSecret }}
    items: [{ key: {{ .caKey }}, path: kafka-ca.crt }]
{{- end }}
{{- if .clientSecret }}
- secret:
    name: {{ .clientSecret }}
    items: [{ key: tls.crt, path: kafka-client.crt }, { key: tls.key, path: kafka-client.key }]
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{/* The same Secrets, as parameters of KEDA's scaler. */}}
{{- define "mo-loans.kafkaScalerSecrets" -}}
{{- if include "mo-loans.kafkaSasl" . }}
{{- $secret := include "mo-loans.kafkaSaslSecret" . }}
- { parameter: username, name: {{ $secret }}, key: {{ .Values.kafka.sasl.usernameKey }} }
- { parameter: password, name: {{ $secret }}, key: {{ .Values.kafka.sasl.passwordKey }} }
{{- end }}
{{- if include "mo-loans.kafkaTls" . }}
{{- with .Values.kafka.tls }}
{{- if .caSecret }}
- { parameter: ca, name: {{ .caSecret }}, key: {{ .caKey }} }
{{- end }}
{{- if .clientSecret }}
- { parameter: cert, name: {{ .clientSecret }}, key: tls.crt }
- { parameter: key, name: {{ .clientSecret }}, key: tls.key }
{{- end }}
{{- end }}
{{- end }}
{{- end }}
