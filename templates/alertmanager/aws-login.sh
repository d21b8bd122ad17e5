# A log-in for AWS's client, as its setting credential_process has it: the id of an access key, and the file of its secret.
printf '{"Version":1,"AccessKeyId":"%s","SecretAccessKey":"%s"}\n' "$1" "$(cat "$2")"
