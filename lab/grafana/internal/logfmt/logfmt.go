// Package logfmt writes log lines in the form Grafana writes them: key=value pairs, one event a line.
package logfmt

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
	"time"
)

var levels = map[string]int{"debug": 0, "info": 1, "warn": 2, "error": 3}

// Sink is where all loggers of one process write, and the level below which they are silent.
type Sink struct {
	mu    sync.Mutex
	out   io.Writer
	level int
}

// NewSink makes a sink; an unknown level name means "info", as in Grafana.
func NewSink(out io.Writer, level string) *Sink {
	rank, known := levels[strings.ToLower(level)]
	if !known {
		rank = levels["info"]
	}
	return &Sink{out: out, level: rank}
}

// For returns a logger that names itself in each line.
func (s *Sink) For(name string) *Logger { return &Logger{sink: s, name: name} }

// Logger writes lines for one part of the program.
type Logger struct {
	sink *Sink
	name string
}

// Debug writes at level debug; pairs are alternating keys and values.
func (l *Logger) Debug(msg string, pairs ...any) { l.write("debug", msg, pairs) }

// Info writes at level info.
func (l *Logger) Info(msg string, pairs ...any) { l.write("info", msg, pairs) }

// Warn writes at level warn.
func (l *Logger) Warn(msg string, pairs ...any) { l.write("warn", msg, pairs) }

// Error writes at level error.
func (l *Logger) Error(msg string, pairs ...any) { l.write("error", msg, pairs) }

func (l *Logger) write(level, msg string, pairs []any) {
	if levels[level] < l.sink.level {
		return
	}
	var line strings.Builder
	fmt.Fprintf(&line, "logger=%s t=%s level=%s msg=%s", l.name, time.Now().UTC().Format(time.RFC3339Nano), level, quote(msg))
	for i := 0; i+1 < len(pairs); i += 2 {
		fmt.Fprintf(&line, " %v=%s", pairs[i], quote(fmt.Sprint(pairs[i+1])))
	}
	line.WriteByte('\n')
	l.sink.mu.Lock()
	defer l.sink.mu.Unlock()
	_, _ = io.WriteString(l.sink.out, line.String())
}

// quote keeps one event on one line whatever the value holds.
func quote(value string) string {
	if value == "" || strings.ContainsFunc(value, func(r rune) bool { return r <= ' ' || r == '"' || r == '=' || r == 0x7f }) {
		return strconv.Quote(value)
	}
	return value
}
