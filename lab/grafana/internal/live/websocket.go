// Package live is Grafana Live's WebSocket: the handshake with its origin check, and enough of the Centrifuge protocol
// for a client to connect, subscribe and stay connected.
package live

import (
	"bufio"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

const (
	opContinuation = 0x0
	opText         = 0x1
	opBinary       = 0x2
	opClose        = 0x8
	opPing         = 0x9
	opPong         = 0xa

	handshakeGUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11" // RFC 6455
	maxMessage    = 64 << 10
	idleLimit     = 60 * time.Second
)

var errProtocol = errors.New("websocket: protocol error")

// accept is the answer to a client's Sec-WebSocket-Key.
func accept(key string) string {
	sum := sha1.Sum([]byte(key + handshakeGUID))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// checkUpgrade tells why a request is no WebSocket handshake; empty when it is one.
func checkUpgrade(r *http.Request) string {
	key, err := base64.StdEncoding.DecodeString(r.Header.Get("Sec-WebSocket-Key"))
	switch {
	case !hasToken(r.Header, "Connection", "upgrade"):
		return "'upgrade' token not found in 'Connection' header"
	case !hasToken(r.Header, "Upgrade", "websocket"):
		return "'websocket' token not found in 'Upgrade' header"
	case r.Method != http.MethodGet:
		return "request method is not GET"
	case r.Header.Get("Sec-WebSocket-Version") != "13":
		return "unsupported version: 13 not found in 'Sec-Websocket-Version' header"
	case err != nil || len(key) != 16:
		return "'Sec-WebSocket-Key' header must be Base64 encoded value of 16-byte in length"
	}
	return ""
}

func hasToken(header http.Header, name, token string) bool {
	for _, value := range header.Values(name) {
		for _, part := range strings.Split(value, ",") {
			if strings.EqualFold(strings.TrimSpace(part), token) {
				return true
			}
		}
	}
	return false
}

// conn is one WebSocket after the handshake.
type conn struct {
	raw     net.Conn
	in      *bufio.Reader
	writing sync.Mutex
}

func upgrade(w http.ResponseWriter, r *http.Request) (*conn, error) {
	hijacker, ok := w.(http.Hijacker)
	if !ok {
		return nil, errors.New("websocket: connection cannot be taken over")
	}
	raw, buffered, err := hijacker.Hijack()
	if err != nil {
		return nil, err
	}
	_ = raw.SetDeadline(time.Time{})
	_, err = io.WriteString(raw, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
		"Sec-WebSocket-Accept: "+accept(r.Header.Get("Sec-WebSocket-Key"))+"\r\n\r\n")
	if err != nil {
		raw.Close()
		return nil, err
	}
	return &conn{raw: raw, in: buffered.Reader}, nil
}

// read returns the next whole message, answering pings on the way; io.EOF after a close.
func (c *conn) read() ([]byte, error) {
	message := []byte{}
	for {
		_ = c.raw.SetReadDeadline(time.Now().Add(idleLimit))
		final, op, payload, err := c.readFrame()
		if err != nil {
			return nil, err
		}
		switch op {
		case opPing:
			if err := c.write(opPong, payload); err != nil {
				return nil, err
			}
		case opPong:
		case opClose:
			_ = c.write(opClose, payload)
			return nil, io.EOF
		case opText, opBinary, opContinuation:
			message = append(message, payload...)
			if len(message) > maxMessage {
				return nil, errProtocol
			}
			if final {
				return message, nil
			}
		default:
			return nil, errProtocol
		}
	}
}

func (c *conn) readFrame() (final bool, op byte, payload []byte, err error) {
	head := make([]byte, 2)
	if _, err = io.ReadFull(c.in, head); err != nil {
		return false, 0, nil, err
	}
	final, op = head[0]&0x80 != 0, head[0]&0x0f
	if head[0]&0x70 != 0 || head[1]&0x80 == 0 { // extensions were not agreed; a client must mask
		return false, 0, nil, errProtocol
	}
	length := uint64(head[1] & 0x7f)
	if length >= 126 {
		wide := make([]byte, 2+6*(length-126)) // 126: two bytes follow, 127: eight
		if _, err = io.ReadFull(c.in, wide); err != nil {
			return false, 0, nil, err
		}
		length = 0
		for _, b := range wide {
			length = length<<8 | uint64(b)
		}
	}
	if length > maxMessage || (op >= opClose && (length > 125 || !final)) {
		return false, 0, nil, errProtocol
	}
	mask := make([]byte, 4)
	if _, err = io.ReadFull(c.in, mask); err != nil {
		return false, 0, nil, err
	}
	payload = make([]byte, length)
	if _, err = io.ReadFull(c.in, payload); err != nil {
		return false, 0, nil, err
	}
	for i := range payload {
		payload[i] ^= mask[i%4]
	}
	return final, op, payload, nil
}

func (c *conn) write(op byte, payload []byte) error {
	head := []byte{0x80 | op}
	switch {
	case len(payload) < 126:
		head = append(head, byte(len(payload)))
	case len(payload) < 1<<16:
		head = binary.BigEndian.AppendUint16(append(head, 126), uint16(len(payload)))
	default:
		head = binary.BigEndian.AppendUint64(append(head, 127), uint64(len(payload)))
	}
	c.writing.Lock()
	defer c.writing.Unlock()
	_ = c.raw.SetWriteDeadline(time.Now().Add(10 * time.Second))
	_, err := c.raw.Write(append(head, payload...))
	return err
}
