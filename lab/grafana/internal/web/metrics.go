package web

import (
	"fmt"
	"net/http"
	"runtime"
	"sort"
	"strings"
	"sync"
	"time"

	"podwatch/lab/grafana/internal/store"
)

var buckets = []float64{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25}

type requestKey struct {
	handler, method string
	status          int
}

type requestStats struct {
	buckets []uint64
	count   uint64
	sum     float64
}

// metrics counts requests under Grafana's metric names.
type metrics struct {
	mu       sync.Mutex
	started  time.Time
	requests map[requestKey]*requestStats
}

func (m *metrics) count(pattern string, next http.Handler) http.Handler {
	_, path, _ := strings.Cut(pattern, " ")
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start, recorder := time.Now(), &statusRecorder{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(recorder, r)
		m.add(requestKey{path, r.Method, recorder.status}, time.Since(start).Seconds())
	})
}

func (m *metrics) add(key requestKey, seconds float64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.requests == nil {
		m.requests = map[requestKey]*requestStats{}
	}
	stats := m.requests[key]
	if stats == nil {
		stats = &requestStats{buckets: make([]uint64, len(buckets))}
		m.requests[key] = stats
	}
	for i, limit := range buckets {
		if seconds <= limit {
			stats.buckets[i]++
		}
	}
	stats.count++
	stats.sum += seconds
}

func (s *Server) serveMetrics(w http.ResponseWriter, r *http.Request, _ identity) {
	user, password := s.Settings.Get("metrics", "basic_auth_username"), s.Settings.Get("metrics", "basic_auth_password")
	if !s.Settings.MetricsEnabled {
		http.NotFound(w, r)
		return
	}
	if given, pass, ok := r.BasicAuth(); user != "" && password != "" && (!ok || given != user || pass != password) {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	var text strings.Builder
	s.totals(&text)
	s.metrics.write(&text)
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	_, _ = w.Write([]byte(text.String()))
}

func (s *Server) totals(text *strings.Builder) {
	gauge := func(name, help, labels string, value float64) {
		fmt.Fprintf(text, "# HELP %s %s\n# TYPE %s gauge\n%s%s %g\n", name, help, name, name, labels, value)
	}
	gauge("grafana_build_info", "A metric with a constant '1' value labeled by version", fmt.Sprintf(
		`{branch="stand-in",edition="oss",goversion=%q,revision=%q,version=%q}`, runtime.Version(), s.Build.Commit, s.Build.Version), 1)
	_ = s.Store.View(func(state *store.State) error {
		gauge("grafana_stat_totals_dashboard", "total amount of dashboards", "", float64(len(state.Dashboards)))
		gauge("grafana_stat_totals_folder", "total amount of folders", "", float64(len(state.Folders)))
		gauge("grafana_stat_totals_datasource", "total number of defined datasources, labeled by pluginId", `{plugin_id="all"}`, float64(len(state.DataSources)))
		gauge("grafana_stat_total_users", "total amount of users", "", float64(len(state.Users)))
		gauge("grafana_stat_total_orgs", "total amount of orgs", "", 1)
		return nil
	})
	gauge("grafana_live_node_num_clients", "Number of clients connected.", "", float64(s.Live.Count()))
	gauge("process_start_time_seconds", "Start time of the process since unix epoch in seconds.", "", float64(s.metrics.started.UnixMilli())/1000)
	gauge("go_goroutines", "Number of goroutines that currently exist.", "", float64(runtime.NumGoroutine()))
	fmt.Fprint(text, "# HELP grafana_instance_start_total counter for started instances\n# TYPE grafana_instance_start_total counter\ngrafana_instance_start_total 1\n")
}

func (m *metrics) write(text *strings.Builder) {
	const name = "grafana_http_request_duration_seconds"
	fmt.Fprintf(text, "# HELP %s Histogram of latencies for HTTP requests.\n# TYPE %s histogram\n", name, name)
	m.mu.Lock()
	defer m.mu.Unlock()
	keys := []requestKey{}
	for key := range m.requests {
		keys = append(keys, key)
	}
	sort.Slice(keys, func(i, j int) bool { return fmt.Sprint(keys[i]) < fmt.Sprint(keys[j]) })
	for _, key := range keys {
		stats := m.requests[key]
		labels := fmt.Sprintf(`handler=%q,method=%q,status_code="%d"`, key.handler, key.method, key.status)
		for i, limit := range buckets {
			fmt.Fprintf(text, "%s_bucket{%s,le=\"%g\"} %d\n", name, labels, limit, stats.buckets[i])
		}
		fmt.Fprintf(text, "%s_bucket{%s,le=\"+Inf\"} %d\n%s_sum{%s} %g\n%s_count{%s} %d\n",
			name, labels, stats.count, name, labels, stats.sum, name, labels, stats.count)
	}
}
