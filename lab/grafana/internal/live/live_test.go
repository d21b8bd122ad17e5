package live

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"podwatch/lab/grafana/internal/logfmt"
)

// dial opens a WebSocket to a handler of its own.
func dial(t *testing.T) (net.Conn, *bufio.Reader) {
	t.Helper()
	server := httptest.NewServer(&Handler{AppURL: "http://localhost/", Log: logfmt.NewSink(io.Discard, "info").For("live")})
	t.Cleanup(server.Close)
	raw, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { raw.Close() })
	_ = raw.SetDeadline(time.Now().Add(5 * time.Second))
	fmt.Fprint(raw, "GET / HTTP/1.1\r\nHost: x\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
	in := bufio.NewReader(raw)
	response, err := http.ReadResponse(in, nil)
	if err != nil || response.StatusCode != http.StatusSwitchingProtocols {
		t.Fatal(response, err)
	}
	return raw, in
}

// frame masks a payload as a client must.
func frame(head byte, payload string) []byte {
	out := []byte{head, 0x80 | byte(len(payload)), 1, 2, 3, 4}
	for i := range len(payload) {
		out = append(out, payload[i]^out[2+i%4])
	}
	return out
}

func read(t *testing.T, in *bufio.Reader) (byte, string) {
	t.Helper()
	head := make([]byte, 2)
	if _, err := io.ReadFull(in, head); err != nil {
		t.Fatal(err)
	}
	payload := make([]byte, head[1])
	if _, err := io.ReadFull(in, payload); err != nil {
		t.Fatal(err)
	}
	return head[0] & 0x0f, string(payload)
}

func TestConversation(t *testing.T) {
	out, in := dial(t)
	_, _ = out.Write(frame(0x80|opPing, "hello"))
	if op, text := read(t, in); op != opPong || text != "hello" {
		t.Errorf("ping: %x %q", op, text)
	}
	// One message in two frames with a ping between, as RFC 6455 allows.
	_, _ = out.Write(frame(opText, `{"id":1,"conn`))
	_, _ = out.Write(frame(0x80|opPing, ""))
	_, _ = out.Write(frame(0x80|opContinuation, `ect":{}}`))
	if op, _ := read(t, in); op != opPong {
		t.Errorf("ping between frames: %x", op)
	}
	if _, text := read(t, in); !strings.Contains(text, `"connect":{"client":`) || !strings.Contains(text, `"id":1`) {
		t.Errorf("connect: %s", text)
	}
	_, _ = out.Write(frame(0x80|opText, `{"id":2,"subscribe":{"channel":"x"}}`+"\n"+`{"id":3,"rpc":{}}`))
	if _, text := read(t, in); text != `{"id":2,"subscribe":{}}`+"\n"+`{"error":{"code":108,"message":"not available"},"id":3}` {
		t.Errorf("two commands: %s", text)
	}
	_, _ = out.Write(frame(0x80|opClose, "\x03\xe8"))
	if op, text := read(t, in); op != opClose || text != "\x03\xe8" {
		t.Errorf("close: %x %q", op, text)
	}
}

func TestBadClientsAreDropped(t *testing.T) {
	for name, bytes := range map[string][]byte{
		"not masked":         {0x80 | opText, 2, '{', '}'},
		"reserved bit":       frame(0xc0|opText, "{}"),
		"too long":           {0x80 | opText, 0x80 | 127, 0, 0, 0, 1, 0, 0, 0, 0, 1, 2, 3, 4},
		"not JSON":           frame(0x80|opText, "hello"),
		"nothing before":     frame(0x80|opText, `{"id":1,"subscribe":{}}`),
		"fragmented control": frame(opPing, "x"),
	} {
		out, in := dial(t)
		_, _ = out.Write(bytes)
		rest, err := io.ReadAll(in)
		if err != nil && !strings.Contains(err.Error(), "reset") {
			t.Errorf("%s: connection stayed open: %v", name, err)
		}
		if len(rest) > 0 && rest[0] != 0x80|opClose {
			t.Errorf("%s: got %q", name, rest)
		}
	}
}

func TestOrigin(t *testing.T) {
	patterns := []string{"https://*.example.org", "http://10.0.0.1:*"}
	for origin, want := range map[string]bool{
		"": true, "https://mon.host": true, "https://MON.host": true, "https://mon.host:443": false, "http://mon.host": false,
		"https://a.b.example.org": true, "https://example.org": false, "http://10.0.0.1:8080": true, "null": false,
	} {
		if got := originAllowed(origin, "https://mon.host/grafana/", patterns); got != want {
			t.Errorf("%q: %v", origin, got)
		}
	}
	if !originAllowed("http://any", "https://mon.host/", []string{"*"}) {
		t.Error("* does not allow any")
	}
}
