// Package logfmt writes log lines in the form Grafana writes them: key=value pairs, one event a line.
package logfmt

import (
	"io"
	"log/slog"
	"strings"
)

// Sink makes the loggers of one process.
type Sink struct {
	out   io.Writer
	level slog.Level
}

// NewSink makes a sink that is silent below a level; an unknown level name means "info", as in Grafana.
func NewSink(out io.Writer, level string) *Sink {
	sink := &Sink{out: out}
	_ = sink.level.UnmarshalText([]byte(level))
	return sink
}

// For returns a logger that names itself at the start of each line.
func (s *Sink) For(name string) *slog.Logger {
	return slog.New(slog.NewTextHandler(named{s.out, name}, &slog.HandlerOptions{Level: s.level,
		ReplaceAttr: func(_ []string, attr slog.Attr) slog.Attr {
			switch attr.Key {
			case slog.TimeKey:
				attr.Key = "t"
			case slog.LevelKey:
				attr.Value = slog.StringValue(strings.ToLower(attr.Value.String()))
			}
			return attr
		}}))
}

type named struct {
	out  io.Writer
	name string
}

// Write is called once for each line.
func (n named) Write(line []byte) (int, error) {
	_, err := io.WriteString(n.out, "logger="+n.name+" "+string(line))
	return len(line), err
}
