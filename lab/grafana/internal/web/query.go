package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"time"

	"podwatch/lab/grafana/internal/frames"
	"podwatch/lab/grafana/internal/influxquery"
	"podwatch/lab/grafana/internal/promquery"
	"podwatch/lab/grafana/internal/upstream"
)

// query is what all queries have; the rest is for the kind of data source.
type query struct {
	RefID      string `json:"refId"`
	Hide       bool   `json:"hide"`
	DataSource struct {
		UID string `json:"uid"`
	} `json:"datasource"`
	whole json.RawMessage
}

func (q *query) UnmarshalJSON(text []byte) error {
	type plain query
	q.whole = append(q.whole, text...)
	return json.Unmarshal(text, (*plain)(q))
}

// kinds are the data sources that this program asks, by their type.
var kinds = map[string]struct {
	run    func(context.Context, *upstream.Client, json.RawMessage, time.Time, time.Time) frames.Response
	health func(context.Context, *upstream.Client) (string, error)
}{
	"prometheus": {
		func(ctx context.Context, client *upstream.Client, text json.RawMessage, from, to time.Time) frames.Response {
			asked := promquery.Query{}
			if err := json.Unmarshal(text, &asked); err != nil {
				return frames.Refuse(http.StatusBadRequest, "plugin", err)
			}
			return (&promquery.Client{Client: client}).Run(ctx, asked, from, to)
		},
		func(ctx context.Context, client *upstream.Client) (string, error) {
			return (&promquery.Client{Client: client}).Health(ctx)
		},
	},
	"influxdb": {
		func(ctx context.Context, client *upstream.Client, text json.RawMessage, from, to time.Time) frames.Response {
			asked := influxquery.Query{}
			if err := json.Unmarshal(text, &asked); err != nil {
				return frames.Refuse(http.StatusBadRequest, "plugin", err)
			}
			return (&influxquery.Client{Client: client}).Run(ctx, asked, from, to)
		},
		func(ctx context.Context, client *upstream.Client) (string, error) {
			return (&influxquery.Client{Client: client}).Health(ctx)
		},
	},
}

// query answers /api/ds/query: every query is asked of its own data source; one that fails makes the whole answer a 400,
// with the reason under its refId.
func (s *Server) query(w http.ResponseWriter, r *http.Request, _ identity) {
	var request struct {
		From    string  `json:"from"`
		To      string  `json:"to"`
		Queries []query `json:"queries"`
	}
	if !readJSON(w, r, &request) {
		return
	}
	if len(request.Queries) == 0 {
		refuseWith(w, http.StatusBadRequest, "query.noQueries", "No queries found")
		return
	}
	now := time.Now()
	from, err := parseTime(request.From, now)
	if err == nil {
		var to time.Time
		if to, err = parseTime(request.To, now); err == nil && !to.Before(from) {
			s.answerQueries(w, r, request.Queries, from, to)
			return
		}
	}
	refuseWith(w, http.StatusBadRequest, "query.invalidTimeRange", fmt.Sprintf("Invalid time range: from %q to %q", request.From, request.To))
}

func (s *Server) answerQueries(w http.ResponseWriter, r *http.Request, queries []query, from, to time.Time) {
	results, status := map[string]frames.Response{}, http.StatusOK
	for _, query := range queries {
		if query.RefID == "" {
			query.RefID = "A"
		}
		if query.Hide {
			continue
		}
		if query.DataSource.UID == "" {
			refuseWith(w, http.StatusBadRequest, "query.invalidDatasourceId", "Query does not contain a valid data source identifier")
			return
		}
		source := s.findSource(query.DataSource.UID)
		if source == nil {
			refuseNoSource(w)
			return
		}
		kind, known := kinds[source.Type]
		if !known {
			notInStandIn(w, "query a data source of type "+source.Type)
			return
		}
		response := kind.run(r.Context(), s.client(source), query.whole, from, to)
		if response.Error != "" {
			status = http.StatusBadRequest
			s.Log.Debug("query failed", "datasource", source.Name, "refId", query.RefID, "error", response.Error)
		}
		results[query.RefID] = response
	}
	writeJSON(w, status, object{"results": results})
}

var relativeTime = regexp.MustCompile(`^now(?:-(\d+)([smhdw]))?$`)

var timeUnits = map[string]time.Duration{"s": time.Second, "m": time.Minute, "h": time.Hour, "d": 24 * time.Hour, "w": 7 * 24 * time.Hour}

// parseTime reads "now", "now-6h", or milliseconds since 1970.
func parseTime(text string, now time.Time) (time.Time, error) {
	if parts := relativeTime.FindStringSubmatch(text); parts != nil {
		number, _ := strconv.Atoi(parts[1])
		return now.Add(-time.Duration(number) * timeUnits[parts[2]]), nil
	}
	ms, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return time.Time{}, errors.New("not a time")
	}
	return time.UnixMilli(ms), nil
}
