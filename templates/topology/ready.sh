curl --silent --fail --max-time 2 --output /dev/null {{url}}/ready
