package web

import (
	"encoding/json"
	"io"
	"net/http"
)

const maxBody = 16 << 20

type object map[string]any

func writeJSON(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(value)
}

// refuse is Grafana's short form of an error.
func refuse(w http.ResponseWriter, status int, message string) {
	writeJSON(w, status, object{"message": message})
}

// refuseStatus is the form that has a word for programs.
func refuseStatus(w http.ResponseWriter, code int, status, message string) {
	writeJSON(w, code, object{"status": status, "message": message})
}

// refuseWith is the long form, of the errors that carry an id.
func refuseWith(w http.ResponseWriter, status int, id, message string) {
	writeJSON(w, status, object{"message": message, "messageId": id, "statusCode": status, "traceID": ""})
}

// notInStandIn is for what real Grafana does and this program does not.
func notInStandIn(w http.ResponseWriter, what string) {
	refuse(w, http.StatusNotImplemented, "The stand-in for Grafana does not do this: "+what)
}

func readJSON(w http.ResponseWriter, r *http.Request, into any) bool {
	text, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err == nil {
		err = json.Unmarshal(text, into)
	}
	if err != nil {
		refuse(w, http.StatusBadRequest, "bad request data")
		return false
	}
	return true
}

// statusRecorder remembers the status for the log.
type statusRecorder struct {
	http.ResponseWriter
	status int
}

func (s *statusRecorder) WriteHeader(status int) {
	s.status = status
	s.ResponseWriter.WriteHeader(status)
}

// Unwrap lets a WebSocket take the connection over.
func (s *statusRecorder) Unwrap() http.ResponseWriter { return s.ResponseWriter }
