package main

import (
	"hash/fnv"
	"io"
	"math"
	"net/http"
	"time"
)

// gateway invents what a trading gateway measures. Everything is computed from the time since the start, so that
// counters only grow, and a restart begins at zero like a real one's.
type gateway struct {
	name    string
	started time.Time
	now     func() time.Time
}

func newGateway(name string, started time.Time) *gateway {
	return &gateway{name: name, started: started, now: time.Now}
}

func (g *gateway) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/metrics", func(response http.ResponseWriter, request *http.Request) {
		format := request.URL.Query().Get("format")
		switch {
		case request.Method != http.MethodGet && request.Method != http.MethodHead:
			response.Header().Set("Allow", "GET, HEAD")
			http.Error(response, "method not allowed", http.StatusMethodNotAllowed)
		case format != "" && format != "prometheus":
			http.Error(response, "unknown format; known: prometheus", http.StatusBadRequest)
		default:
			response.Header().Set("Content-Type", "text/plain; version=0.0.4")
			_, _ = io.WriteString(response, g.metrics())
		}
	})
	return mux
}

// The streams of a gateway, named "<stream>:<what>:<account>", and what is measured on each.
var streams = []struct {
	connection string
	functions  []string
	pingMillis float64
}{
	{"1:rest", []string{"parse", "instruments"}, 18},
	{"2:md", []string{"parse", "ticker", "order_book", "trades"}, 6},
	{"3:om:A1", []string{"parse", "execution_report", "order_cancel_reject"}, 9},
}

func (g *gateway) metrics() string {
	elapsed := g.now().Sub(g.started).Seconds()
	out := &text{}
	source := label{"source", g.name}

	out.gauge("roq_process", []label{source, {"name", "start_time"}}, float64(g.started.Unix()))
	out.gauge("roq_process", []label{source, {"name", "threads"}}, 7)
	out.gauge("roq_updated", []label{source, {"connection", "process"}, {"state", "heartbeat"}}, float64(g.now().Unix()))
	out.counter("roq_exceptions", []label{source}, 0)

	for _, stream := range streams {
		connection := label{"connection", stream.connection}
		out.gauge("roq_updated", []label{source, connection, {"state", "ready"}}, float64(g.now().Unix()))
		out.counter("roq_counter", []label{source, connection, {"function", "disconnect"}}, g.count("disconnect"+stream.connection, 1.0/1800, elapsed))
		for _, function := range stream.functions {
			g.duration(out, "roq_profile", []label{source, connection, {"function", function}}, 40, 2_500, elapsed)
		}
		g.duration(out, "roq_latency", []label{source, connection, {"function", "ping"}}, 0.5, stream.pingMillis*1e6, elapsed)
	}
	for _, function := range []string{"top_of_book", "market_by_price", "trade_summary"} {
		g.duration(out, "roq_market_data_latency", []label{source, {"function", function}}, 25, 90_000, elapsed)
	}
	for _, sender := range []string{"trader", "recorder"} {
		g.duration(out, "roq_heartbeat_latency", []label{{"sender", sender}, {"receiver", g.name}}, 1, 12_000, elapsed)
	}
	g.events(out, []label{source}, elapsed)
	return out.String()
}

// Shares of a typical duration: two populations, quick and slow, whose mixture moves with time.
var (
	shape     = []float64{0.25, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10} // bucket bounds
	quickness = []float64{0.02, 0.20, 0.60, 0.80, 0.93, 0.98, 0.995, 1, 1}
	slowness  = []float64{0, 0, 0.05, 0.15, 0.40, 0.65, 0.90, 0.97, 0.995}
)

const quickMean, slowMean = 0.8, 2.1

// duration writes a histogram of nanoseconds: perSecond observations, around typical.
func (g *gateway) duration(out *text, name string, labels []label, perSecond, typical, elapsed float64) {
	key := name
	for _, l := range labels {
		key += l.value
	}
	quick := g.total(key+"quick", perSecond*0.8, elapsed)
	slow := g.total(key+"slow", perSecond*0.2, elapsed)
	bounds := make([]uint64, len(shape))
	counts := make([]uint64, len(shape)+1)
	below := uint64(0)
	for i := range shape {
		bounds[i] = uint64(shape[i] * typical)
		// Fixed shares of growing totals: each bucket only grows.
		cumulative := uint64(quick*quickness[i]) + uint64(slow*slowness[i])
		counts[i] = cumulative - below
		below = cumulative
	}
	counts[len(shape)] = uint64(quick) + uint64(slow) - below
	out.histogram(name, labels, bounds, counts, uint64((quick*quickMean+slow*slowMean)*typical))
}

// events writes how long the gateway's dispatch of an event takes, as a summary.
func (g *gateway) events(out *text, labels []label, elapsed float64) {
	const typical = 1_800.0
	load := 1 + 0.4*math.Sin(elapsed/47+g.phase("load"))
	total := g.total("events", 350, elapsed)
	out.summary("roq_events", labels, []quantile{
		{"0.5", uint64(typical * 0.8 * load)},
		{"0.9", uint64(typical * 1.9 * load)},
		{"0.99", uint64(typical * 4.2 * load)},
	}, uint64(total*typical), uint64(total))
}

func (g *gateway) count(key string, perSecond, elapsed float64) uint64 {
	return uint64(g.total(key, perSecond, elapsed))
}

// total is what has come together after so many seconds at a rate that swings by half within a few minutes.
func (g *gateway) total(key string, perSecond, elapsed float64) float64 {
	const swing, period = 0.5, 180.0
	phase, turn := g.phase(key), 2*math.Pi/period
	return perSecond * (elapsed - swing/turn*(math.Cos(turn*elapsed+phase)-math.Cos(phase)))
}

// phase keeps gateways and series from moving in step; the same at each start.
func (g *gateway) phase(key string) float64 {
	hash := fnv.New32a()
	_, _ = io.WriteString(hash, g.name+"/"+key)
	return float64(hash.Sum32()) / math.MaxUint32 * 2 * math.Pi
}
