// Package web serves Grafana's HTTP API.
package web

import (
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"podwatch/lab/grafana/internal/auth"
	"podwatch/lab/grafana/internal/settings"
	"podwatch/lab/grafana/internal/store"
)

// Banner is shown on every page and logged at start.
const Banner = "Stand-in for Grafana (lab only): the real image could not be fetched"

// Server answers all requests.
type Server struct {
	Settings *settings.Settings
	Store    *store.Store
	Auth     *auth.Service
	Version  string
	Log      *slog.Logger
	// Reload applies one kind of provisioning files again.
	Reload map[string]func() error
}

type handler func(w http.ResponseWriter, r *http.Request, who identity)

// Handler is the server with all its layers: sub-path, origin check, who is asking, the routes.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	for pattern, handle := range map[string]http.HandlerFunc{
		"GET /api/health": s.health,
		"GET /metrics":    s.metrics,
		"GET /login":      s.page,
		"POST /login":     s.login,
		"/api/":           func(w http.ResponseWriter, _ *http.Request) { refuse(w, http.StatusNotFound, "Not found") },
	} {
		mux.Handle(pattern, handle)
	}
	for pattern, handle := range map[string]handler{
		"/":                func(w http.ResponseWriter, r *http.Request, _ identity) { s.page(w, r) },
		"GET /api/user":    s.currentUser,
		"GET /api/live/ws": s.live,
		"POST /api/admin/provisioning/{kind}/reload": s.reload,
		"GET /api/search":                            s.search,
		"GET /api/folders":                           s.listFolders,
		"GET /api/folders/{uid}":                     s.showFolder,
		"GET /api/folders/{uid}/counts":              s.countFolder,
		"GET /api/org":                               s.organization,
		"GET /api/dashboards/uid/{uid}":              s.showDashboard,
		"POST /api/ds/query":                         s.query,
		"GET /api/datasources":                       allowed("datasources:read", s.listDataSources),
		"GET /api/datasources/uid/{uid}":             allowed("datasources:read", s.withSource(s.showDataSource)),
		"GET /api/datasources/uid/{uid}/health":      s.withSource(s.checkDataSource),
		"/api/datasources/proxy/uid/{uid}/{path...}": s.withSource(s.proxy),
	} {
		mux.Handle(pattern, s.signedIn(handle))
	}
	for pattern, change := range s.changes() {
		mux.Handle(pattern, s.signedIn(allowed(change.permission, change.handle)))
	}
	return s.logged(s.underSubPath(s.sameOrigin(mux)))
}

// page is all that there is to look at.
func (s *Server) page(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=UTF-8")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if !s.Settings.Bool("security", "allow_embedding") {
		w.Header().Set("X-Frame-Options", "deny")
	}
	fmt.Fprintf(w, `<!doctype html><html lang="en"><title>Grafana (stand-in)</title><p>%s.</p>
<p>It has the HTTP API and no pages: <code>npm run dashboards:preview</code> draws dashboards.</p></html>
`, Banner)
}

func (s *Server) health(w http.ResponseWriter, _ *http.Request) {
	status, database := http.StatusOK, "ok"
	if err := s.Store.View(func(*store.State) error { return nil }); err != nil {
		s.Log.Error("data base check failed", "error", err)
		status, database = http.StatusServiceUnavailable, "failing"
	}
	writeJSON(w, status, object{"database": database, "version": s.Version, "commit": "stand-in"})
}

func (s *Server) metrics(w http.ResponseWriter, r *http.Request) {
	user, password := s.Settings.Get("metrics", "basic_auth_username"), s.Settings.Get("metrics", "basic_auth_password")
	if !s.Settings.Bool("metrics", "enabled") {
		http.NotFound(w, r)
		return
	}
	if given, pass, _ := r.BasicAuth(); user != "" && password != "" && (given != user || pass != password) {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	gauge := func(name, labels string, value int) {
		fmt.Fprintf(w, "# TYPE %s gauge\n%s%s %d\n", name, name, labels, value)
	}
	gauge("grafana_build_info", fmt.Sprintf(`{branch="stand-in",edition="oss",version=%q}`, s.Version), 1)
	_ = s.Store.View(func(state *store.State) error {
		gauge("grafana_stat_totals_dashboard", "", len(state.Dashboards))
		gauge("grafana_stat_totals_folder", "", len(state.Folders))
		gauge("grafana_stat_totals_datasource", "", len(state.DataSources))
		gauge("grafana_stat_total_users", "", len(state.Users))
		return nil
	})
}

// reloadNames are the kinds of provisioning files with the word that Grafana's answer has for them.
var reloadNames = map[string]string{"dashboards": "Dashboards", "datasources": "Datasources", "alerting": "Alerting", "plugins": "Plugins"}

func (s *Server) reload(w http.ResponseWriter, r *http.Request, _ identity) {
	apply, known := s.Reload[r.PathValue("kind")]
	if !known {
		refuse(w, http.StatusNotFound, "Not found")
		return
	}
	if err := apply(); err != nil {
		s.Log.Error("Failed to reload provisioning", "kind", r.PathValue("kind"), "error", err)
		refuse(w, http.StatusInternalServerError, "Internal Server Error") // the reason is in the log only, as in Grafana
		return
	}
	refuse(w, http.StatusOK, reloadNames[r.PathValue("kind")]+" config reloaded")
}

// underSubPath does what Grafana does about [server] serve_from_sub_path: with it, requests below the sub-path are served
// and others are sent there, except those to the API; without it, the proxy must take the sub-path off.
func (s *Server) underSubPath(next http.Handler) http.Handler {
	prefix := s.Settings.AppSubURL
	if !s.Settings.Bool("server", "serve_from_sub_path") || prefix == "" {
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
		} else if !s.Settings.Bool("server", "router_logging") {
			return
		}
		write("Request Completed", "method", r.Method, "path", r.URL.Path, "status", recorder.status,
			"remote_addr", remoteAddr(r), "time_ms", time.Since(start).Milliseconds())
	})
}
