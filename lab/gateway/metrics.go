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
	out.counter("roq_exceptions", []label{source}, g.count("exceptions", 1.0/900, elapsed))
	for _, event := range []string{"connect", "disconnect"} {
		out.counter("roq_clients", []label{source, {"event", event}}, g.count("client"+event, 1.0/120, elapsed))
	}
	for _, category := range []string{"public", "private"} {
		for _, name := range []string{"produced_bytes", "consumed_bytes"} {
			out.counter("roq_event_log", []label{source, {"category", category}, {"name", name}}, g.count(category+name, 40_000, elapsed))
		}
	}

	for _, stream := range streams {
		connection := label{"connection", stream.connection}
		for _, state := range []string{"disconnected", "connecting", "ready"} {
			changes := 1 + g.count("updated"+stream.connection, 1.0/600, elapsed)
			out.counter("roq_updated", []label{source, connection, {"state", state}}, changes)
		}
		out.counter("roq_counter", []label{source, connection, {"function", "disconnect"}}, g.count("disconnect"+stream.connection, 1.0/1800, elapsed))
		for _, function := range stream.functions {
			g.duration(out, "roq_profile", []label{source, connection, {"function", function}}, internal, 40, 2_500, elapsed)
		}
		g.duration(out, "roq_latency", []label{source, connection, {"function", "ping"}}, external, 0.5, stream.pingMillis*1e6, elapsed)
	}
	for _, function := range []string{"top_of_book", "market_by_price", "trade_summary"} {
		g.duration(out, "roq_market_data_latency", []label{source, {"function", function}}, external, 25, 90_000, elapsed)
	}
	for _, sender := range []string{"trader", "recorder"} {
		between := []label{{"sender", sender}, {"receiver", g.name}}
		g.duration(out, "roq_heartbeat_latency", between, internal, 1, 2_000, elapsed)
		g.duration(out, "roq_inter_process_latency", between, internal, 80, 1_200, elapsed)
		g.duration(out, "roq_round_trip_latency", between, internal, 4, 3_000, elapsed)
	}
	g.duration(out, "roq_request_latency", []label{source, {"function", "gateway"}}, external, 4, 60_000, elapsed)
	g.duration(out, "roq_request_latency", []label{source, {"function", "exchange"}}, external, 4, 12_000_000, elapsed)
	g.duration(out, "roq_events", []label{source}, internal, 350, 1_800, elapsed)
	return out.String()
}

// The gateways' buckets, in nanoseconds: for what happens on the host, and for what involves another machine.
var (
	internal = []uint64{500, 1_000, 2_000, 5_000, 10_000, 20_000}
	external = []uint64{10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000}
)

// Two populations, quick and slow, whose mixture moves with time; their means as shares of a typical duration.
const quickMean, slowMean = 0.8, 2.1

// duration writes a histogram of nanoseconds: perSecond observations, around typical, exponentially distributed.
func (g *gateway) duration(out *text, name string, labels []label, bounds []uint64, perSecond, typical, elapsed float64) {
	key := name
	for _, l := range labels {
		key += l.value
	}
	quick := g.total(key+"quick", perSecond*0.8, elapsed)
	slow := g.total(key+"slow", perSecond*0.2, elapsed)
	counts := make([]uint64, len(bounds)+1)
	below := uint64(0)
	for i, bound := range bounds {
		share := func(mean float64) float64 { return 1 - math.Exp(-float64(bound)/(mean*typical)) }
		// Fixed shares of growing totals: each bucket only grows.
		cumulative := uint64(quick*share(quickMean)) + uint64(slow*share(slowMean))
		counts[i] = cumulative - below
		below = cumulative
	}
	counts[len(bounds)] = uint64(quick) + uint64(slow) - below
	out.histogram(name, labels, bounds, counts, uint64((quick*quickMean+slow*slowMean)*typical))
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
