// Package web serves Grafana's HTTP API and a few plain pages.
package web

import (
	"net/http"
	"strings"
	"time"

	"podwatch/lab/grafana/internal/auth"
	"podwatch/lab/grafana/internal/live"
	"podwatch/lab/grafana/internal/logfmt"
	"podwatch/lab/grafana/internal/provisioning"
	"podwatch/lab/grafana/internal/settings"
	"podwatch/lab/grafana/internal/store"
)

// Banner is shown on every page and logged at start.
const Banner = "Stand-in for Grafana (lab only): the real image could not be fetched"

// Build says what this program is.
type Build struct{ Version, Commit string }

// Server answers all requests.
type Server struct {
	Settings   *settings.Settings
	Store      *store.Store
	Auth       *auth.Service
	Dashboards *provisioning.Dashboards
	Live       *live.Handler
	Build      Build
	Log        *logfmt.Logger
	// Reload applies one kind of provisioning files again.
	Reload map[string]func() error

	metrics metrics
}

// access is what a route asks of the caller.
type access int

const (
	public access = iota
	viewer        // anonymous too, where [auth.anonymous] allows it
	signedIn
	editor
	admin
	grafanaAdmin
)

type handler func(w http.ResponseWriter, r *http.Request, who identity)

// Handler is the server with all its layers: sub-path, origin check, who is asking, the routes.
func (s *Server) Handler() http.Handler {
	s.metrics.started = time.Now()
	mux := http.NewServeMux()
	route := func(pattern string, need access, handle handler) {
		mux.Handle(pattern, s.metrics.count(pattern, s.guard(need, handle)))
	}
	s.routeLogin(route)
	s.routeUsers(route)
	s.routeDataSources(route)
	s.routeDashboards(route)
	s.routeFolders(route)
	s.routeAdmin(route)
	s.routePages(route)
	return s.logged(s.underSubPath(s.sameOrigin(mux)))
}

type router func(pattern string, need access, handle handler)

// underSubPath does what Grafana does about [server] serve_from_sub_path: with it, requests below the sub-path are served
// and others are sent there, except those to the API; without it, the proxy must take the sub-path off.
func (s *Server) underSubPath(next http.Handler) http.Handler {
	prefix := s.Settings.AppSubURL
	if !s.Settings.ServeFromSubPath || prefix == "" {
		return next
	}
	stripped := http.StripPrefix(prefix, next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == prefix:
			http.Redirect(w, r, prefix+"/", http.StatusFound)
		case strings.HasPrefix(r.URL.Path, prefix+"/"):
			stripped.ServeHTTP(w, r)
		case strings.HasPrefix(r.URL.Path, "/api"):
			next.ServeHTTP(w, r)
		default:
			w.Header().Set("Location", s.Settings.AppURL+strings.TrimPrefix(r.RequestURI, "/"))
			w.WriteHeader(http.StatusMovedPermanently)
		}
	})
}

// logged writes a line for a request that failed on our side, or for each one when [server] router_logging is on.
func (s *Server) logged(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start, recorder := time.Now(), &statusRecorder{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(recorder, r)
		write := s.Log.Info
		if recorder.status >= http.StatusInternalServerError {
			write = s.Log.Error
		} else if !s.Settings.RouterLogging {
			return
		}
		write("Request Completed", "method", r.Method, "path", r.URL.Path, "status", recorder.status,
			"remote_addr", remoteAddr(r), "time_ms", time.Since(start).Milliseconds())
	})
}

func remoteAddr(r *http.Request) string {
	if forwarded := r.Header.Get("X-Real-IP"); forwarded != "" {
		return forwarded
	}
	return hostOnly(r.RemoteAddr)
}
