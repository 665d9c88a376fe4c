{{- define "wsgate.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{/* 53 bytes at most: "-control" and "-test-check" stand behind it. */}}
{{- define "wsgate.fullname" -}}
{{- $name := default .Chart.Name .Values.nameOverride }}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 52 | trimSuffix "-" }}
{{- else if contains $name .Release.Name }}
{{- .Release.Name | trunc 52 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name $name | trunc 52 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{/* Selectors cannot be changed later: these two labels and no more. */}}
{{- define "wsgate.selectorLabels" -}}
app.kubernetes.io/name: {{ include "wsgate.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* metadata of an object: (dict "root" $ "name" NAME "component" COMPONENT "annotations" MAP) */}}
{{- define "wsgate.metadata" -}}
{{- $root := .root -}}
name: {{ .name }}
namespace: {{ $root.Release.Namespace }}
labels:
  {{- $labels := deepCopy $root.Values.commonLabels }}
  {{- $_ := mergeOverwrite $labels (include "wsgate.labels" $root | fromYaml) (dict "app.kubernetes.io/component" .component) }}
  {{- toYaml $labels | nindent 2 }}
{{- with mergeOverwrite (deepCopy $root.Values.commonAnnotations) (.annotations | default dict) }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "wsgate.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "wsgate.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: wsgate
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{- define "wsgate.serviceAccountName" -}}
{{- if .Values.serviceAccount.create }}
{{- default (include "wsgate.fullname" .) .Values.serviceAccount.name }}
{{- else }}
{{- default "default" .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{- define "wsgate.image" -}}
{{- if .Values.image.digest }}
{{- printf "%s@%s" .Values.image.repository .Values.image.digest }}
{{- else }}
{{- printf "%s:%s" .Values.image.repository (default .Chart.AppVersion .Values.image.tag) }}
{{- end }}
{{- end }}

{{/* The gateway's configuration file: config, and what the chart decides. */}}
{{- define "wsgate.config" -}}
{{- $host := .Values.listenHost }}
{{- $own := dict
      "client" (dict "address" (printf "%s:8080" $host))
      "control" (dict "address" (printf "%s:50051" $host))
      "admin" (dict "address" (printf "%s:8081" $host))
      "demo" .Values.demo }}
{{- mergeOverwrite (deepCopy .Values.config) (include "wsgate.keysConfig" . | fromYaml) $own | toYaml }}
{{- end }}

{{/* A duration of the configuration in nanoseconds: "1m30s", "500ms", 0. */}}
{{- define "wsgate.nanoseconds" -}}
{{- $units := dict "ns" 1 "us" 1000 "ms" 1000000 "s" 1000000000 "m" 60000000000 "h" 3600000000000 }}
{{- $sum := 0 }}
{{- range regexFindAll "[0-9]+(ns|us|ms|h|m|s)" (toString .) -1 }}
{{- $sum = add $sum (mul (regexFind "^[0-9]+" . | int64) (get $units (regexFind "[a-z]+$" .) | int64)) }}
{{- end }}
{{- $sum }}
{{- end }}

{{/*
How long Kubernetes must wait between SIGTERM and SIGKILL: notice and window of the drain, the last sessions' Close, and 10 s for
open calls and the process itself. A value of your own that is smaller would cut sessions off, so it is refused.
*/}}
{{- define "wsgate.gracePeriod" -}}
{{- $config := .Values.config }}
{{- $drain := $config.drain | default dict }}
{{- $notice := dig "notice" "5s" $drain }}
{{- $window := dig "window" "240s" $drain }}
{{- $close := dig "close_timeout" "2s" ($config.session | default dict) }}
{{- $sum := 0 }}
{{- range list $notice $window $close }}
{{- $sum = add $sum (include "wsgate.nanoseconds" . | int64) }}
{{- end }}
{{- $needed := add (div (add $sum 999999999) 1000000000) 10 }}
{{- $given := .Values.terminationGracePeriodSeconds }}
{{- if kindIs "invalid" $given }}
{{- mul (div (add $needed 9) 10) 10 }}
{{- else if lt (int64 $given) $needed }}
{{- fail (printf "terminationGracePeriodSeconds: %d is too small: config.drain.notice (%v) + config.drain.window (%v) + config.session.close_timeout (%v) + 10 s make %d. Raise it, leave it out, or shorten the drain." (int64 $given) $notice $window $close $needed) }}
{{- else }}
{{- int64 $given }}
{{- end }}
{{- end }}

{{/* Whether there may be more than one pod. */}}
{{- define "wsgate.several" -}}
{{- if .Values.autoscaling.enabled }}
{{- if gt (int .Values.autoscaling.maxReplicas) 1 }}true{{ end }}
{{- else if gt (int .Values.replicaCount) 1 }}true{{ end }}
{{- end }}

{{- define "wsgate.secretName" -}}
{{- if .Values.existingSecret }}{{ .Values.existingSecret }}{{ else if .Values.secretFiles }}{{ include "wsgate.fullname" . }}{{ end }}
{{- end }}

{{/* Values that are right one by one and wrong together. */}}
{{- define "wsgate.check" -}}
{{- if and .Values.ingress.enabled .Values.httpRoute.enabled }}
{{- fail "ingress.enabled and httpRoute.enabled are both true: choose one way in" }}
{{- end }}
{{- if and .Values.httpRoute.enabled (not .Values.httpRoute.parentRefs) }}
{{- fail "httpRoute.parentRefs is empty: name the Gateway that the route belongs to" }}
{{- end }}
{{- if and .Values.existingSecret .Values.secretFiles }}
{{- fail "existingSecret and secretFiles are both set: choose one" }}
{{- end }}
{{- if and .Values.autoscaling.enabled (gt (int .Values.autoscaling.minReplicas) (int .Values.autoscaling.maxReplicas)) }}
{{- fail "autoscaling.minReplicas is above autoscaling.maxReplicas" }}
{{- end }}
{{- if and .Values.autoscaling.enabled (not (dig "requests" "cpu" "" .Values.resources)) }}
{{- fail "autoscaling.enabled needs resources.requests.cpu: its target is a percentage of that" }}
{{- end }}
{{- if not (include "wsgate.authMode" .) }}
{{- fail "config.auth.mode is empty: insecure believes the user that a client names, jwt checks tokens, hook asks a backend" }}
{{- end }}
{{- if not (include "wsgate.controlAuthMode" .) }}
{{- fail "config.control.auth.mode is empty: token asks callers for one, mtls for a certificate; none lets everybody call who can connect" }}
{{- end }}
{{- include "wsgate.checkKeys" . }}
{{- if and (eq (include "wsgate.authMode" .) "hook") (not (((.Values.config.hooks).on_connect).targets)) }}
{{- fail "config.hooks.on_connect.targets is empty, but config.auth.mode is hook: name the backends that decide who comes in" }}
{{- end }}
{{- range .Values.extraEnv }}
{{- if regexMatch "^WSGATE_(DRAIN_|SESSION_CLOSE_TIMEOUT$|(CLIENT|CONTROL|ADMIN)_ADDRESS$|CONFIG$|(CONTROL_)?(AUTH_MODE$|TLS_))" .name }}
{{- fail (printf "extraEnv: %s goes past what the chart derives from it (grace period, ports, keys): use config" .name) }}
{{- end }}
{{- end }}
{{- range .Values.extraArgs }}
{{- if regexMatch "^--(drain-|session-close-timeout|(client|control|admin)-address|config|dev|(control-)?(auth-mode|tls-))" . }}
{{- fail (printf "extraArgs: %s goes past what the chart derives from it (grace period, ports, keys): use config" .) }}
{{- end }}
{{- end }}
{{- end }}
