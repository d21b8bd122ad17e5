package live

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"time"

	"podwatch/lab/grafana/internal/logfmt"
)

const pingEvery = 25 * time.Second

// Handler serves /api/live/ws to users who are signed in.
type Handler struct {
	AppURL         string
	AllowedOrigins []string
	Log            *logfmt.Logger

	mu    sync.Mutex
	conns map[*conn]bool
}

// Count is the number of open connections, for /metrics.
func (h *Handler) Count() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.conns)
}

// Close ends all connections; a server that stops does not wait for connections that were taken over.
func (h *Handler) Close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for c := range h.conns {
		_ = c.write(opClose, []byte("\x03\xe9shutdown")) // 1001: going away
		c.raw.Close()
	}
}

func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if reason := checkUpgrade(r); reason != "" {
		http.Error(w, "Bad Request", http.StatusBadRequest)
		h.Log.Debug("not a WebSocket handshake", "reason", reason)
		return
	}
	if origin := r.Header.Get("Origin"); !originAllowed(origin, h.AppURL, h.AllowedOrigins) {
		h.Log.Warn("Request Origin is not authorized", "origin", origin, "host", r.Host, "appUrl", h.AppURL,
			"allowedOrigins", strings.Join(h.AllowedOrigins, ","))
		http.Error(w, "Forbidden", http.StatusForbidden)
		return
	}
	c, err := upgrade(w, r)
	if err != nil {
		h.Log.Error("WebSocket upgrade failed", "error", err)
		return
	}
	h.track(c, true)
	defer h.track(c, false)
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	go keepAlive(ctx, c)
	serve(c)
}

func (h *Handler) track(c *conn, open bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.conns == nil {
		h.conns = map[*conn]bool{}
	}
	if open {
		h.conns[c] = true
		return
	}
	delete(h.conns, c)
	c.raw.Close()
}

// keepAlive sends Centrifuge's application pings: an empty JSON object, which the client answers with the same.
func keepAlive(ctx context.Context, c *conn) {
	ticker := time.NewTicker(pingEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			if c.write(opText, []byte("{}")) != nil {
				return
			}
		}
	}
}

type command struct {
	ID          uint32           `json:"id"`
	Connect     *json.RawMessage `json:"connect"`
	Subscribe   *json.RawMessage `json:"subscribe"`
	Unsubscribe *json.RawMessage `json:"unsubscribe"`
	Ping        *json.RawMessage `json:"ping"`
}

func serve(c *conn) {
	connected := false
	for {
		message, err := c.read()
		if err != nil {
			return
		}
		replies := [][]byte{}
		for _, line := range bytes.Split(bytes.TrimSpace(message), []byte("\n")) {
			var request command
			if json.Unmarshal(line, &request) != nil {
				_ = c.write(opClose, []byte("\x0d\xadbad request")) // 3501, Centrifuge's code
				return
			}
			if request == (command{}) {
				continue // the answer to our ping
			}
			if request.Connect == nil && !connected {
				_ = c.write(opClose, []byte("\x0d\xadbad request")) // nothing before connect
				return
			}
			connected = true
			replies = append(replies, reply(request))
		}
		if len(replies) > 0 && c.write(opText, bytes.Join(replies, []byte("\n"))) != nil {
			return
		}
	}
}

func reply(request command) []byte {
	answer := map[string]any{"id": request.ID}
	switch {
	case request.Connect != nil:
		answer["connect"] = map[string]any{"client": clientID(), "version": "stand-in", "ping": 25, "pong": true}
	case request.Subscribe != nil:
		answer["subscribe"] = map[string]any{}
	case request.Unsubscribe != nil:
		answer["unsubscribe"] = map[string]any{}
	case request.Ping != nil:
		answer["ping"] = map[string]any{}
	default:
		answer["error"] = map[string]any{"code": 108, "message": "not available"}
	}
	text, _ := json.Marshal(answer)
	return text
}

func clientID() string { return strings.ToLower(rand.Text()) }
