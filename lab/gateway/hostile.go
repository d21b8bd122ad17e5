package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

// Headers by which an answer says something to a browser or to a proxy on the way.
const hostileHeaders = `Server: hostile
Set-Cookie: grafana_session=hostile; Path=/
Location: http://hostile.test/
Refresh: 0;url=http://hostile.test/
Clear-Site-Data: "*"
Link: <http://hostile.test/x.js>; rel=preload
Access-Control-Allow-Origin: *
Access-Control-Allow-Credentials: true
Content-Security-Policy: default-src *
Content-Disposition: attachment; filename=x.html
WWW-Authenticate: Basic realm="Grafana"
ETag: "hostile"
Last-Modified: Thu, 01 Jan 2026 00:00:00 GMT
Service-Worker-Allowed: /
X-Accel-Expires: 86400
X-Accel-Charset: utf-7
X-Accel-Buffering: no
X-Hostile: yes
`

// What a hostile gateway may answer, by name; "status <code>" is understood besides.
var hostile = map[string]func(io.Writer){
	"html": func(w io.Writer) {
		answer(w, "200 <b>OK", hostileHeaders+"Content-Type: text/html\n", "<script>alert(1)</script>")
	},
	// NGINX would serve what it names instead.
	"redirect": func(w io.Writer) { answer(w, "200 OK", "X-Accel-Redirect: /prometheus/api/v1/status/config\n", "") },
	"throttle": func(w io.Writer) { answer(w, "200 OK", "X-Accel-Limit-Rate: 1\n", strings.Repeat("a 1\n", 100)) },
	"open": func(w io.Writer) {
		answer(w, "200 OK", "Content-Type: application/openmetrics-text; version=1.0.0; x=\"<b>\"\n", "a 1\n# EOF\n")
	},
	"bomb": func(w io.Writer) {
		packed := &bytes.Buffer{}
		packer := gzip.NewWriter(packed)
		_, _ = packer.Write(bytes.Repeat([]byte("a 1\n"), 1<<20))
		_ = packer.Close()
		answer(w, "200 OK", "Content-Encoding: gzip\n", packed.String())
	},
	"trailers": func(w io.Writer) {
		_, _ = io.WriteString(w, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: Set-Cookie\r\n\r\n4\r\na 1\n\r\n0\r\nSet-Cookie: a=b\r\n\r\n")
	},
	"rubbish": func(w io.Writer) { _, _ = io.WriteString(w, "<script>alert(1)</script>") },
	"nothing": func(io.Writer) {},
	"headers": func(w io.Writer) {
		_, _ = fmt.Fprintf(w, "HTTP/1.1 200 OK\r\nX-Long: %s\r\n\r\n", strings.Repeat("x", 1<<20))
	},
	// One after the other, and never the answer itself.
	"interim": func(w io.Writer) {
		forever(w, "HTTP/1.1 103 Early Hints\r\nLink: </x.js>; rel=preload\r\n\r\n", 10*time.Millisecond)
	},
	"silent": func(w io.Writer) { time.Sleep(time.Hour) },
	"slow headers": func(w io.Writer) {
		_, _ = io.WriteString(w, "HTTP/1.1 200 OK\r\nX-Slow: ")
		forever(w, "x", 300*time.Millisecond)
	},
	"trickle": func(w io.Writer) {
		_, _ = io.WriteString(w, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
		forever(w, "1\r\n#\r\n", 300*time.Millisecond)
	},
	"endless": func(w io.Writer) {
		_, _ = io.WriteString(w, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
		forever(w, fmt.Sprintf("%x\r\n%s\r\n", len(much), much), 0)
	},
	"gigabyte": func(w io.Writer) {
		_, _ = fmt.Fprintf(w, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", 1<<30)
		forever(w, much, 0)
	},
	"endless refusal": func(w io.Writer) {
		_, _ = io.WriteString(w, "HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n")
		forever(w, fmt.Sprintf("%x\r\n%s\r\n", len(much), much), 0)
	},
}

// A metric with a long label.
var much = fmt.Sprintf("hostile{l=%q} 1\n", strings.Repeat("x", 60_000))

func answer(w io.Writer, status, headers, body string) {
	_, _ = fmt.Fprintf(w, "HTTP/1.1 %s\r\n%sContent-Length: %d\r\n\r\n%s", status, strings.ReplaceAll(headers, "\n", "\r\n"), len(body), body)
}

func forever(w io.Writer, text string, pause time.Duration) {
	for {
		if _, err := io.WriteString(w, text); err != nil {
			return
		}
		time.Sleep(pause)
	}
}

// serveHostile answers each connection once: as the request's parameter "do" says, else as said here.
func serveHostile(listener net.Listener, usual string) error {
	for {
		connection, err := listener.Accept()
		if err != nil {
			return err
		}
		go func() {
			defer connection.Close()
			request, err := http.ReadRequest(bufio.NewReader(connection))
			if err != nil {
				return
			}
			way := request.URL.Query().Get("do")
			if way == "" {
				way = usual
			}
			if code, found := strings.CutPrefix(way, "status "); found {
				answer(connection, code+" Hostile", hostileHeaders+"Content-Type: text/html\n", "<script>alert(1)</script>")
			} else if act, known := hostile[way]; known {
				act(connection)
			}
		}()
	}
}
