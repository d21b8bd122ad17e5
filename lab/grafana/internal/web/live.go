package web

import (
	"crypto/sha1"
	"encoding/base64"
	"io"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"
)

// live is Grafana Live's WebSocket as far as a proxy is concerned: the handshake with its origin check, and a connection
// that stays open. What is said on it is not read.
func (s *Server) live(w http.ResponseWriter, r *http.Request, _ identity) {
	if !isHandshake(r) {
		http.Error(w, "Bad Request", http.StatusBadRequest)
		return
	}
	if origin := r.Header.Get("Origin"); !originAllowed(origin, s.Settings.AppURL, s.Settings.AllowedOrigins) {
		s.Log.Warn("Request Origin is not authorized", "origin", origin, "host", r.Host, "appUrl", s.Settings.AppURL,
			"allowedOrigins", strings.Join(s.Settings.AllowedOrigins, ","))
		http.Error(w, "Forbidden", http.StatusForbidden)
		return
	}
	connection, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		s.Log.Error("WebSocket upgrade failed", "error", err)
		return
	}
	defer connection.Close()
	_ = connection.SetDeadline(time.Time{})
	sum := sha1.Sum([]byte(r.Header.Get("Sec-WebSocket-Key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")) // RFC 6455
	_, _ = io.WriteString(connection, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
		"Sec-WebSocket-Accept: "+base64.StdEncoding.EncodeToString(sum[:])+"\r\n\r\n")
	_, _ = io.Copy(io.Discard, connection)
}

func isHandshake(r *http.Request) bool {
	key, err := base64.StdEncoding.DecodeString(r.Header.Get("Sec-WebSocket-Key"))
	return hasToken(r.Header, "Connection", "upgrade") && hasToken(r.Header, "Upgrade", "websocket") &&
		r.Header.Get("Sec-WebSocket-Version") == "13" && err == nil && len(key) == 16
}

func hasToken(header http.Header, name, token string) bool {
	for _, part := range strings.Split(strings.Join(header.Values(name), ","), ",") {
		if strings.EqualFold(strings.TrimSpace(part), token) {
			return true
		}
	}
	return false
}

// originAllowed is Grafana's rule: a browser's Origin must be that of root_url, or match [live] allowed_origins, where
// "*" allows any and other patterns are globs over scheme, host and port.
func originAllowed(origin, appURL string, patterns []string) bool {
	if origin == "" {
		return true // no browser
	}
	given, err := url.Parse(strings.ToLower(origin))
	if err != nil {
		return false
	}
	if app, err := url.Parse(strings.ToLower(appURL)); err == nil && given.Scheme == app.Scheme &&
		(given.Host == app.Host || given.Host == app.Hostname()) {
		return true
	}
	for _, pattern := range patterns {
		// Without slashes a glob's star reaches across the scheme's "://" as Grafana's globs do.
		match, err := path.Match(withoutSlashes(pattern), withoutSlashes(strings.ToLower(origin)))
		if pattern == "*" || (err == nil && match) {
			return true
		}
	}
	return false
}

func withoutSlashes(text string) string { return strings.ReplaceAll(text, "/", "\x00") }
