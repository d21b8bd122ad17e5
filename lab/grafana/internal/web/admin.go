package web

import "net/http"

// reloadNames are the kinds of provisioning files with the word that Grafana's answer has for them.
var reloadNames = map[string]string{"dashboards": "Dashboards", "datasources": "Datasources", "alerting": "Alerting", "plugins": "Plugins"}

func (s *Server) routeAdmin(route router) {
	route("GET /api/health", public, s.health)
	route("GET /healthz", public, func(w http.ResponseWriter, _ *http.Request, _ identity) { _, _ = w.Write([]byte("Ok")) })
	route("GET /metrics", public, s.serveMetrics)
	route("GET /api/admin/settings", grafanaAdmin, func(w http.ResponseWriter, _ *http.Request, _ identity) {
		writeJSON(w, http.StatusOK, s.Settings.Redacted())
	})
	route("POST /api/admin/provisioning/{kind}/reload", grafanaAdmin, s.reload)
	route("GET /api/frontend/settings", viewer, func(w http.ResponseWriter, _ *http.Request, _ identity) {
		writeJSON(w, http.StatusOK, object{"appUrl": s.Settings.AppURL, "appSubUrl": s.Settings.AppSubURL, "liveEnabled": true,
			"buildInfo": object{"version": s.Build.Version, "commit": s.Build.Commit, "edition": "Stand-in", "env": "production"}})
	})
	route("/api/", public, func(w http.ResponseWriter, _ *http.Request, _ identity) { refuse(w, http.StatusNotFound, "Not found") })
}

func (s *Server) health(w http.ResponseWriter, _ *http.Request, _ identity) {
	status, database := http.StatusOK, "ok"
	if err := s.Store.Check(); err != nil {
		s.Log.Error("data base check failed", "error", err)
		status, database = http.StatusServiceUnavailable, "failing"
	}
	writeJSON(w, status, struct {
		Database string `json:"database"`
		Version  string `json:"version"`
		Commit   string `json:"commit"`
	}{database, s.Build.Version, s.Build.Commit})
}

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
