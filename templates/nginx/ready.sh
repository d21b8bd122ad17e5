curl --silent --fail --max-time 2 --output /dev/null http://127.0.0.1:8081/release
