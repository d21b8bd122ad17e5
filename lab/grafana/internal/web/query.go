package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"time"

	"podwatch/lab/grafana/internal/promquery"
	"podwatch/lab/grafana/internal/store"
)

type queryRequest struct {
	From    string            `json:"from"`
	To      string            `json:"to"`
	Queries []json.RawMessage `json:"queries"`
}

type queryHead struct {
	RefID      string `json:"refId"`
	Hide       bool   `json:"hide"`
	DataSource struct {
		UID  string `json:"uid"`
		Type string `json:"type"`
	} `json:"datasource"`
	DataSourceID int64 `json:"datasourceId"`
}

// query answers /api/ds/query: every query is asked of its own data source; one that fails makes the whole answer a 400,
// with the reason under its refId.
func (s *Server) query(w http.ResponseWriter, r *http.Request, _ identity) {
	var request queryRequest
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

func (s *Server) answerQueries(w http.ResponseWriter, r *http.Request, queries []json.RawMessage, from, to time.Time) {
	results, status := map[string]promquery.Response{}, http.StatusOK
	for _, text := range queries {
		var head queryHead
		if err := json.Unmarshal(text, &head); err != nil {
			refuse(w, http.StatusBadRequest, "bad request data")
			return
		}
		if head.RefID == "" {
			head.RefID = "A"
		}
		if head.Hide {
			continue
		}
		if head.DataSource.UID == "" && head.DataSourceID == 0 {
			refuseWith(w, http.StatusBadRequest, "query.invalidDatasourceId", "Query does not contain a valid data source identifier")
			return
		}
		source, err := s.findSource(func(d *store.DataSource) bool {
			return d.UID == head.DataSource.UID || (head.DataSource.UID == "" && d.ID == head.DataSourceID)
		})
		if err != nil {
			refuseWith(w, http.StatusNotFound, "datasource.notFound", "Data source not found")
			return
		}
		if source.Type != "prometheus" {
			notInStandIn(w, "query a data source of type "+source.Type)
			return
		}
		query := promquery.Query{}
		if err := json.Unmarshal(text, &query); err != nil {
			refuse(w, http.StatusBadRequest, "bad request data")
			return
		}
		query.RefID = head.RefID
		response := s.client(source).Run(r.Context(), query, from, to)
		if response.Error != "" {
			status = http.StatusBadRequest
			s.Log.Debug("query failed", "datasource", source.Name, "refId", head.RefID, "error", response.Error)
		}
		results[head.RefID] = response
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
