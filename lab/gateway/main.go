// Command lab-gateway is the lab's stand-in for a Roq trading gateway: it serves invented, moving metrics in a
// gateway's text format over HTTP on a unix socket. It trades nothing and talks to nobody.
//
//	lab-gateway -name deribit -service_listen_address /run/roq/service/deribit.sock
//
// With -hostile it answers as no gateway should, to try what stands between it and the browser.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/signal"
	"regexp"
	"syscall"
	"time"
)

// The names that the bridge lets through; anything else could not be scraped.
var validName = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "lab-gateway: "+err.Error())
		os.Exit(1)
	}
}

func run() error {
	name := flag.String("name", "", "the gateway's name, for example deribit")
	// Named as the real gateways name it.
	address := flag.String("service_listen_address", "", "unix socket to serve HTTP on")
	way := flag.String("hostile", "", "answer as no gateway should, for example html; see hostile.go")
	flag.Parse()
	if !validName.MatchString(*name) {
		return fmt.Errorf("-name %q is no gateway name: use A-Z, a-z, 0-9, _ and -", *name)
	}
	if *address == "" {
		return errors.New("-service_listen_address is missing: give the path of a unix socket")
	}

	listener, err := listen(*address)
	if err != nil {
		return err
	}
	if *way != "" {
		return serveHostile(listener, *way)
	}
	gateway := newGateway(*name, time.Now())
	server := &http.Server{Handler: gateway.handler(), ReadHeaderTimeout: 5 * time.Second}
	stopped := make(chan os.Signal, 1)
	signal.Notify(stopped, syscall.SIGTERM, syscall.SIGINT)
	go func() {
		<-stopped
		deadline, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_ = server.Shutdown(deadline)
	}()

	fmt.Printf("lab-gateway: stand-in gateway %s serves invented metrics on %s\n", *name, *address)
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// A gateway that was killed leaves its socket file behind: it is in the way, unless somebody still answers on it.
func listen(path string) (net.Listener, error) {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, err
	case info.Mode()&fs.ModeSocket == 0:
		return nil, fmt.Errorf("%s is not a socket: remove it or listen elsewhere", path)
	default:
		if connection, err := net.DialTimeout("unix", path, time.Second); err == nil {
			connection.Close()
			return nil, fmt.Errorf("%s is served by another process: stop it first", path)
		}
		if err := os.Remove(path); err != nil {
			return nil, err
		}
	}
	// The mode follows from the umask (0002 in the unit: srwxrwxr-x), as with a real gateway.
	return net.Listen("unix", path)
}
