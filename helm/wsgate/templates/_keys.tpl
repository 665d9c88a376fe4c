{{/* Which keys, callers and certificates there are, whose they are, and where the pod finds them. */}}

{{- define "wsgate.keysName" -}}
{{ include "wsgate.fullname" . }}-keys
{{- end }}

{{- define "wsgate.authMode" -}}
{{- (.Values.config.auth).mode }}
{{- end }}

{{- define "wsgate.controlAuthMode" -}}
{{- ((.Values.config.control).auth).mode }}
{{- end }}

{{/* True where tokens are checked with a secret that the chart makes: no other key is named. */}}
{{- define "wsgate.ownSecret" -}}
{{- $jwt := (.Values.config.auth).jwt | default dict }}
{{- $named := or .Values.auth.existingSecret $jwt.secret_file $jwt.public_key_file $jwt.jwks_file $jwt.jwks_url }}
{{- if and (eq (include "wsgate.authMode" .) "jwt") (not $named) }}true{{ end }}
{{- end }}

{{/* True where the chart makes the control port's one caller: no others are named. */}}
{{- define "wsgate.ownCaller" -}}
{{- $named := or .Values.control.auth.existingSecret ((.Values.config.control).auth).tokens_file }}
{{- if and (eq (include "wsgate.controlAuthMode" .) "token") (not $named) }}true{{ end }}
{{- end }}

{{/* Who the chart's caller is, with the hash of its token. */}}
{{- define "wsgate.callers" -}}
- name: {{ .name }}
  token_sha256: {{ .token | sha256sum }}
  scopes: [admin]
{{ end }}

{{/*
Files of Secrets in the pod, a list under `mounts`: {name, path, secret, items: {key of the Secret: name of the file}}. Always
whole folders: a single mounted file would never see a change.
*/}}
{{- define "wsgate.mounts" -}}
{{- $keys := include "wsgate.keysName" . }}
{{- $mounts := list }}
{{- if include "wsgate.ownSecret" . }}
{{- $mounts = append $mounts (dict "name" "auth" "path" "/etc/wsgate-auth" "secret" $keys "items" (dict "jwt-secret" "secret")) }}
{{- else if .Values.auth.existingSecret }}
{{- $items := dict }}
{{- range $file, $key := include "wsgate.authFiles" . | fromYaml }}
{{- $_ := set $items $key $file }}
{{- end }}
{{- $mounts = append $mounts (dict "name" "auth" "path" "/etc/wsgate-auth" "secret" .Values.auth.existingSecret "items" $items) }}
{{- end }}
{{- if include "wsgate.ownCaller" . }}
{{- $items := dict "callers.yaml" "callers.yaml" "control-token" "control-token" }}
{{- $mounts = append $mounts (dict "name" "callers" "path" "/etc/wsgate-callers" "secret" $keys "items" $items) }}
{{- else if .Values.control.auth.existingSecret }}
{{- $items := dict .Values.control.auth.callersKey "callers.yaml" }}
{{- $mounts = append $mounts (dict "name" "callers" "path" "/etc/wsgate-callers" "secret" .Values.control.auth.existingSecret "items" $items) }}
{{- end }}
{{- $pair := dict "tls.crt" "tls.crt" "tls.key" "tls.key" }}
{{- if .Values.tls.enabled }}
{{- $mounts = append $mounts (dict "name" "tls" "path" "/etc/wsgate-tls" "secret" .Values.tls.existingSecret "items" $pair) }}
{{- end }}
{{- $control := .Values.control.tls }}
{{- if $control.enabled }}
{{- $mounts = append $mounts (dict "name" "control-tls" "path" "/etc/wsgate-control-tls" "secret" $control.existingSecret "items" $pair) }}
{{- with $control.clientCA.existingSecret }}
{{- $items := dict $control.clientCA.key "ca.crt" }}
{{- $mounts = append $mounts (dict "name" "control-ca" "path" "/etc/wsgate-control-ca" "secret" . "items" $items) }}
{{- end }}
{{- end }}
{{- with .Values.hooks.tls }}
{{- if .existingSecret }}
{{- $items := dict .caKey "ca.crt" }}
{{- if .clientCertificate }}
{{- $items = merge $items $pair }}
{{- end }}
{{- $mounts = append $mounts (dict "name" "hooks-tls" "path" "/etc/wsgate-hooks-tls" "secret" .existingSecret "items" $items) }}
{{- end }}
{{- end }}
{{- dict "mounts" $mounts | toYaml }}
{{- end }}

{{/* {file in the pod: key of auth.existingSecret}. */}}
{{- define "wsgate.authFiles" -}}
{{- $files := dict }}
{{- $names := dict "secret" "secret" "publicKey" "public.pem" "jwks" "jwks.json" "jwksCA" "jwks-ca.crt" }}
{{- range $kind, $file := $names }}
{{- with get $.Values.auth.keys $kind }}
{{- $_ := set $files $file . }}
{{- end }}
{{- end }}
{{- $files | toYaml }}
{{- end }}

{{/* What the gateway's configuration says of these files. */}}
{{- define "wsgate.keysConfig" -}}
{{- $jwt := dict }}
{{- if include "wsgate.ownSecret" . }}
{{- $_ := set $jwt "secret_file" "/etc/wsgate-auth/secret" }}
{{- else if .Values.auth.existingSecret }}
{{- $fields := dict "secret" "secret_file" "public.pem" "public_key_file" "jwks.json" "jwks_file" "jwks-ca.crt" "jwks_ca_file" }}
{{- range $file, $key := include "wsgate.authFiles" . | fromYaml }}
{{- $_ := set $jwt (get $fields $file) (printf "/etc/wsgate-auth/%s" $file) }}
{{- end }}
{{- end }}
{{- $config := dict }}
{{- if $jwt }}
{{- $_ := set $config "auth" (dict "jwt" $jwt) }}
{{- end }}
{{- $control := dict }}
{{- if or (include "wsgate.ownCaller" .) .Values.control.auth.existingSecret }}
{{- $_ := set $control "auth" (dict "tokens_file" "/etc/wsgate-callers/callers.yaml") }}
{{- end }}
{{- if .Values.control.tls.enabled }}
{{- $tls := dict "cert_file" "/etc/wsgate-control-tls/tls.crt" "key_file" "/etc/wsgate-control-tls/tls.key" }}
{{- if .Values.control.tls.clientCA.existingSecret }}
{{- $_ := set $tls "client_ca_file" "/etc/wsgate-control-ca/ca.crt" }}
{{- end }}
{{- $_ := set $control "tls" $tls }}
{{- end }}
{{- if $control }}
{{- $_ := set $config "control" $control }}
{{- end }}
{{- if .Values.tls.enabled }}
{{- $_ := set $config "tls" (dict "cert_file" "/etc/wsgate-tls/tls.crt" "key_file" "/etc/wsgate-tls/tls.key") }}
{{- end }}
{{- if .Values.hooks.tls.existingSecret }}
{{- $tls := dict "ca_file" "/etc/wsgate-hooks-tls/ca.crt" }}
{{- if .Values.hooks.tls.clientCertificate }}
{{- $_ := set $tls "cert_file" "/etc/wsgate-hooks-tls/tls.crt" }}
{{- $_ := set $tls "key_file" "/etc/wsgate-hooks-tls/tls.key" }}
{{- end }}
{{- $_ := set $config "hooks" (dict "tls" $tls) }}
{{- end }}
{{- $config | toYaml }}
{{- end }}

{{/* Which file of tests.existingSecret proves to the control port who `helm test` is: none, a token, or a certificate. */}}
{{- define "wsgate.testControl" -}}
{{- $mode := include "wsgate.controlAuthMode" . }}
{{- if eq $mode "mtls" }}certificate{{ else if and (eq $mode "token") (not (include "wsgate.ownCaller" .)) }}token{{ end }}
{{- end }}

{{/* Where the session's token of `helm test` is from: a secret to sign with, or tests.existingSecret; empty: it needs none. */}}
{{- define "wsgate.testSession" -}}
{{- $auth := .Values.config.auth | default dict }}
{{- $header := ne (toString ($auth.token).header) "false" }}
{{- if and (eq (include "wsgate.authMode" .) "jwt") $header (not $auth.anonymous) }}
{{- $signs := or (include "wsgate.ownSecret" .) (and .Values.auth.existingSecret .Values.auth.keys.secret) }}
{{- if and $signs (eq ((($auth.jwt).claims).user_id | default "sub") "sub") }}secret{{ else }}token{{ end }}
{{- end }}
{{- end }}

{{/* What keeps `helm test` from running, in words. */}}
{{- define "wsgate.testLacks" -}}
{{- $needs := list }}
{{- if eq (include "wsgate.testControl" .) "token" }}{{ $needs = append $needs "control-token" }}{{ end }}
{{- if eq (include "wsgate.testControl" .) "certificate" }}{{ $needs = append $needs "tls.crt and tls.key" }}{{ end }}
{{- if eq (include "wsgate.testSession" .) "token" }}{{ $needs = append $needs "session-token" }}{{ end }}
{{- if or ((.Values.config.control).tls).cert_file (.Values.config.tls).cert_file }}
certificates that the chart does not know (config.tls, config.control.tls)
{{- else if and $needs (not .Values.tests.existingSecret) }}
a Secret with {{ join " and " $needs }}: tests.existingSecret
{{- end }}
{{- end }}

{{/* Keys and certificates that are right one by one and wrong together. */}}
{{- define "wsgate.checkKeys" -}}
{{- $auth := .Values.auth }}
{{- $jwt := (.Values.config.auth).jwt | default dict }}
{{- $mode := include "wsgate.authMode" . }}
{{- if and $auth.existingSecret (ne $mode "jwt") }}
{{- fail (printf "auth.existingSecret is set, but config.auth.mode is %s: keys are for jwt" $mode) }}
{{- end }}
{{- $files := include "wsgate.authFiles" . | fromYaml }}
{{- if and $auth.existingSecret (not $files) }}
{{- fail "auth.keys is empty, but auth.existingSecret is set: name what it holds (secret, publicKey, jwks, jwksCA)" }}
{{- end }}
{{- if and $files (not $auth.existingSecret) }}
{{- fail "auth.existingSecret is empty, but auth.keys names keys of it" }}
{{- end }}
{{- range $key, $field := dict "secret" "secret_file" "publicKey" "public_key_file" "jwks" "jwks_file" "jwksCA" "jwks_ca_file" }}
{{- if and (get $auth.keys $key) (get $jwt $field) }}
{{- fail (printf "auth.keys.%s and config.auth.jwt.%s are both set: choose one" $key $field) }}
{{- end }}
{{- end }}
{{- if and $auth.existingSecret (not (or $auth.keys.secret $auth.keys.publicKey $auth.keys.jwks $jwt.secret_file $jwt.public_key_file $jwt.jwks_file $jwt.jwks_url)) }}
{{- fail "auth.keys has no key that signs tokens: name secret, publicKey or jwks, or set config.auth.jwt.jwks_url" }}
{{- end }}
{{- include "wsgate.checkControlKeys" . }}
{{- range $name, $pair := dict "tls" (list .Values.tls .Values.config.tls) "control.tls" (list .Values.control.tls (.Values.config.control).tls) }}
{{- $tls := first $pair }}
{{- if and $tls.enabled (not $tls.existingSecret) }}
{{- fail (printf "%s.existingSecret is empty, but %s.enabled is true: name a Secret of type kubernetes.io/tls" $name $name) }}
{{- end }}
{{- if and $tls.existingSecret (not $tls.enabled) }}
{{- fail (printf "%s.existingSecret is set, but %s.enabled is false" $name $name) }}
{{- end }}
{{- if and $tls.enabled (dig "cert_file" "" (last $pair | default dict)) }}
{{- fail (printf "%s.enabled and config.%s.cert_file are both set: choose one" $name $name) }}
{{- end }}
{{- end }}
{{- $hooks := .Values.hooks.tls }}
{{- if and $hooks.clientCertificate (not $hooks.existingSecret) }}
{{- fail "hooks.tls.existingSecret is empty, but hooks.tls.clientCertificate is true" }}
{{- end }}
{{- if and $hooks.existingSecret ((.Values.config.hooks).tls).ca_file }}
{{- fail "hooks.tls.existingSecret and config.hooks.tls.ca_file are both set: choose one" }}
{{- end }}
{{- end }}

{{- define "wsgate.checkControlKeys" -}}
{{- $mode := include "wsgate.controlAuthMode" . }}
{{- $config := .Values.config.control | default dict }}
{{- $callers := .Values.control.auth.existingSecret }}
{{- $file := ($config.auth).tokens_file }}
{{- $ca := .Values.control.tls.clientCA.existingSecret }}
{{- if and $callers $file }}
{{- fail "control.auth.existingSecret and config.control.auth.tokens_file are both set: choose one" }}
{{- end }}
{{- if and $callers (eq $mode "none") }}
{{- fail "control.auth.existingSecret is set, but config.control.auth.mode is none: nobody is asked" }}
{{- end }}
{{- if eq $mode "mtls" }}
{{- if not (or .Values.control.tls.enabled ($config.tls).cert_file) }}
{{- fail "control.tls.enabled is false, but config.control.auth.mode is mtls: callers show certificates over TLS" }}
{{- end }}
{{- if and .Values.control.tls.enabled (not $ca) }}
{{- fail "control.tls.clientCA.existingSecret is empty, but config.control.auth.mode is mtls: name a Secret with who signs callers' certificates" }}
{{- end }}
{{- if not (or $callers $file) }}
{{- fail "control.auth.existingSecret is empty, but config.control.auth.mode is mtls: name a Secret with the list of callers, as `wsgatectl caller new --san` makes its entries" }}
{{- end }}
{{- else if $ca }}
{{- fail (printf "control.tls.clientCA.existingSecret is set, but config.control.auth.mode is %s: callers' certificates are for mtls" $mode) }}
{{- end }}
{{- end }}
