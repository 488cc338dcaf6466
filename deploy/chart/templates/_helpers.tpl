{{/* Everything is named after the release: short enough that a CronJob's name with its suffix is valid, and with a letter first, as a Service needs it. */}}
{{- define "karpor-access.fullname" -}}
{{- $name := ternary .Release.Name (printf "%s-%s" .Release.Name .Chart.Name) (contains .Chart.Name .Release.Name) -}}
{{- if regexMatch "^[0-9]" .Release.Name }}{{ $name = printf "%s-%s" .Chart.Name .Release.Name }}{{ end -}}
{{- $name | replace "." "-" | trunc 40 | trimSuffix "-" -}}
{{- end }}

{{/* Selectors, which must never change: (list . NAME) */}}
{{- define "karpor-access.selector" -}}
app.kubernetes.io/name: {{ index . 1 }}
app.kubernetes.io/instance: {{ (index . 0).Release.Name }}
{{- end }}

{{/* The bot's own pods, without those of its doctor. */}}
{{- define "karpor-access.bot" -}}
{{ include "karpor-access.selector" (list . "karpor-access") }}
app.kubernetes.io/component: bot
{{- end }}

{{/* Labels of each object: (list . NAME) */}}
{{- define "karpor-access.labels" -}}
{{- $root := index . 0 -}}
helm.sh/chart: {{ printf "%s-%s" $root.Chart.Name $root.Chart.Version | replace "+" "_" }}
{{ include "karpor-access.selector" . }}
app.kubernetes.io/version: {{ $root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ $root.Release.Service }}
{{- end }}

{{- define "karpor-access.image" -}}
{{- with .Values.image -}}
{{- $repository := .repository | required "image.repository is empty: build and push the image, and name it, such as --set image.repository=registry.example.com/karpor-access" -}}
{{- if .digest }}{{ $repository }}@{{ .digest }}{{ else }}{{ $repository }}:{{ .tag | default $.Chart.AppVersion }}{{ end -}}
{{- end -}}
{{- end }}

{{/* The text of karpor-access.yml. */}}
{{- define "karpor-access.config" -}}
{{- with .Values.config }}{{ if kindIs "string" . }}{{ . }}{{ else }}{{ toYaml . }}{{ end }}{{ end -}}
{{- end }}

{{/* Its content, as YAML without comments. */}}
{{- define "karpor-access.parsed" -}}
{{- $config := include "karpor-access.config" . | required "config is empty: give the whole of karpor-access.yml, such as --set-file config=karpor-access.yml" | fromYaml -}}
{{- if $config.Error }}{{ fail (printf "config is no YAML: %s" $config.Error) }}{{ end -}}
{{- if or ($config.hub).kubeconfig ($config.hub).portForward -}}
{{- fail "config.hub names a kubeconfig or a port-forward, which no pod has: put inCluster: true in its place, or kubeconfigSecret" -}}
{{- end -}}
{{- if not (or ($config.hub).inCluster ($config.hub).kubeconfigSecret) -}}
{{- fail "config.hub does not say where the kubeconfig is: put inCluster: true there, or kubeconfigSecret" -}}
{{- end -}}
{{- if and ($config.hub).gateway (not .Values.gateway.enabled) -}}
{{- fail "config.hub.gateway is true, and there is no gateway: set gateway.enabled, or take it out of the configuration" -}}
{{- end -}}
{{- if and .Values.gateway.enabled (not ($config.hub).gateway) -}}
{{- fail "the bot would not use the gateway: put gateway: true under config.hub, or leave gateway.enabled out" -}}
{{- end -}}
{{- if and ((($config.audit).hub).tls) (not .Values.hubAudit.tlsSecret) -}}
{{- fail "config.audit.hub.tls names files that no pod has: name their Secret as hubAudit.tlsSecret" -}}
{{- end -}}
{{- toYaml $config -}}
{{- end }}

{{/* The Secret with the bot's kubeconfig, to which it writes renewed tokens: as src/hub/settings.ts finds it. */}}
{{- define "karpor-access.hubSecret" -}}
{{- $config := include "karpor-access.parsed" . | fromYaml -}}
{{- dict "name" "karpor-access-hub" "namespace" .Release.Namespace | merge (($config.hub).kubeconfigSecret | default dict) | toYaml -}}
{{- end }}

{{/* The right to read and replace the Secret with the bot's kubeconfig: (list . NAME) */}}
{{- define "karpor-access.hubSecretRole" -}}
{{- $root := index . 0 -}}
{{- $name := index . 1 -}}
{{- $secret := include "karpor-access.hubSecret" $root | fromYaml -}}
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: {{ $name }}
  namespace: {{ $secret.namespace }}
  labels: {{- include "karpor-access.labels" (list $root "karpor-access") | nindent 4 }}
rules:
  - apiGroups: [""]
    resources: [secrets]
    resourceNames: [{{ $secret.name }}]
    verbs: [get, patch]
{{- end }}

{{/* Gives a Role to an account of the release's namespace: (list . ROLE ITS-NAMESPACE ACCOUNT) */}}
{{- define "karpor-access.roleBinding" -}}
{{- $root := index . 0 -}}
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: {{ index . 1 }}
  namespace: {{ index . 2 }}
  labels: {{- include "karpor-access.labels" (list $root "karpor-access") | nindent 4 }}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: Role
  name: {{ index . 1 }}
subjects:
  - kind: ServiceAccount
    name: {{ index . 3 }}
    namespace: {{ $root.Release.Namespace }}
{{- end }}

{{/* Labels and annotations of each pod: (list . LABELS ANNOTATIONS), the last two as YAML */}}
{{- define "karpor-access.podMetadata" -}}
{{- $root := index . 0 -}}
{{- $annotations := merge (index . 2 | fromYaml) $root.Values.podAnnotations -}}
labels:
  {{- index . 1 | nindent 2 }}
  {{- with $root.Values.podLabels }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- with $annotations }}
annotations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* Where each pod may run. */}}
{{- define "karpor-access.placement" -}}
{{- with .Values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with .Values.imagePullSecrets }}
imagePullSecrets: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.affinity }}
affinity: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "karpor-access.podSecurity" -}}
runAsNonRoot: true
runAsUser: 1000
runAsGroup: 1000
seccompProfile: { type: RuntimeDefault }
{{- end }}

{{- define "karpor-access.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end }}

{{/* The variables of the bot, and of its doctor. */}}
{{- define "karpor-access.environment" -}}
env:
  - { name: KARPOR_ACCESS_CONFIG, value: /config/karpor-access.yml }
  - { name: PORT, value: "3000" }
  - { name: METRICS_PORT, value: "9464" }
  - { name: METRICS_HOST, value: "0.0.0.0" }
  {{- if .Values.caConfigMap }}
  - { name: NODE_EXTRA_CA_CERTS, value: /ca/ca.crt }
  {{- end }}
  {{- with .Values.extraEnv }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
  {{- with .Values.redis }}
  {{- if and .enabled .url }}{{ fail "redis.enabled and redis.url are two Redises: leave one of them" }}{{ end }}
  {{- with ternary (printf "redis://%s-redis.%s:6379" (include "karpor-access.fullname" $) $.Release.Namespace) .url .enabled }}
  - { name: REDIS_URL, value: {{ . | quote }} }
  {{- end }}
  {{- end }}
envFrom:
  - secretRef: { name: {{ .Values.existingSecret }} }
{{- end }}

{{/* The files of the bot, and of its doctor. */}}
{{- define "karpor-access.mounts" -}}
- { name: config, mountPath: /config, readOnly: true }
{{- if .Values.caConfigMap }}
- { name: ca, mountPath: /ca, readOnly: true }
{{- end }}
{{- if .Values.hubAudit.tlsSecret }}
- { name: hub-audit, mountPath: /hub-audit, readOnly: true }
{{- end }}
{{- end }}

{{- define "karpor-access.volumes" -}}
- name: config
  configMap: { name: {{ include "karpor-access.fullname" . }} }
{{- with .Values.caConfigMap }}
- name: ca
  configMap: { name: {{ . }} }
{{- end }}
{{- with .Values.hubAudit.tlsSecret }}
- name: hub-audit
  secret: { secretName: {{ . }} }
{{- end }}
{{- end }}

{{/* A pod that runs doctor once, as the bot's account and with its variables: (list . ARGUMENTS) */}}
{{- define "karpor-access.doctor" -}}
{{- $root := index . 0 -}}
serviceAccountName: {{ include "karpor-access.fullname" $root }}
automountServiceAccountToken: true
enableServiceLinks: false
restartPolicy: Never
securityContext: {{- include "karpor-access.podSecurity" $root | nindent 2 }}
{{- include "karpor-access.placement" $root }}
containers:
  - name: doctor
    image: {{ include "karpor-access.image" $root }}
    imagePullPolicy: {{ $root.Values.image.pullPolicy }}
    args: [node, src/main.ts, doctor{{ range index . 1 }}, {{ . }}{{ end }}]
    {{- include "karpor-access.environment" $root | nindent 4 }}
    resources: {{- toYaml $root.Values.resources | nindent 6 }}
    securityContext: {{- include "karpor-access.containerSecurity" $root | nindent 6 }}
    volumeMounts: {{- include "karpor-access.mounts" $root | nindent 6 }}
volumes: {{- include "karpor-access.volumes" $root | nindent 2 }}
{{- end }}

{{/*
An Ingress from a dict: root, name, labels; given are its values className, annotations and tlsSecret; host;
service has name and port; paths are types by path.
*/}}
{{- define "karpor-access.ingress" -}}
{{- $service := .service -}}
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: {{ .name }}
  namespace: {{ .root.Release.Namespace }}
  labels: {{- .labels | nindent 4 }}
  {{- with .given.annotations }}
  annotations: {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  {{- with .given.className }}
  ingressClassName: {{ . }}
  {{- end }}
  # Without a Secret the certificate is your ingress controller's own.
  tls:
    - hosts: [{{ .host }}]
      {{- with .given.tlsSecret }}
      secretName: {{ . }}
      {{- end }}
  rules:
    - host: {{ .host }}
      http:
        paths:
          {{- range $path, $type := .paths }}
          - path: {{ $path }}
            pathType: {{ $type }}
            backend:
              service:
                name: {{ $service.name }}
                port: { name: {{ $service.port }} }
          {{- end }}
{{- end }}

{{/* What the bot and the healing job may call. */}}
{{- define "karpor-access.egress" -}}
# Names.
- ports:
    - { port: 53, protocol: UDP }
    - { port: 53, protocol: TCP }
# Slack, and this cluster's API server, by its Service (443) and by its own port (6443): policies know no names.
- ports:
    - { port: 443 }
    - { port: 6443 }
# The hub.
- to:
    - namespaceSelector:
        matchLabels: { kubernetes.io/metadata.name: {{ .Values.karpor.namespace }} }
  ports:
    - { port: 7443 }
{{- with .Values.networkPolicy.extraEgress }}
{{ toYaml . }}
{{- end }}
{{- end }}
