// Go's github.com/coder/websocket, driven by lines of JSON on stdin; what happens to the socket is written to stdout
// likewise.
package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"io"
	"log"
	"net/http"
	"os"
	"sync"

	"github.com/coder/websocket"
)

type command struct {
	Do          string
	URL         string
	Compression string
	Text        *string
	Base64      []byte // encoding/json writes and reads bytes as base64.
}

var compressions = map[string]websocket.CompressionMode{
	"":                    websocket.CompressionDisabled,
	"context takeover":    websocket.CompressionContextTakeover,
	"no context takeover": websocket.CompressionNoContextTakeover,
}

type fields map[string]any

var output = struct {
	sync.Mutex
	*json.Encoder
}{Encoder: json.NewEncoder(os.Stdout)}

func say(event string, more fields) {
	line := fields{"event": event}
	for name, value := range more {
		line[name] = value
	}
	output.Lock()
	defer output.Unlock()
	check(output.Encode(line))
}

func tlsConfig() *tls.Config {
	if os.Getenv("E2E_TLS_HIGHEST") == "1.2" {
		return &tls.Config{MaxVersion: tls.VersionTLS12}
	}
	return &tls.Config{}
}

func connect(ctx context.Context, wanted command) *websocket.Conn {
	conn, response, err := websocket.Dial(ctx, wanted.URL, &websocket.DialOptions{
		HTTPClient:      &http.Client{Transport: &http.Transport{TLSClientConfig: tlsConfig()}},
		CompressionMode: compressions[wanted.Compression],
		OnPingReceived: func(context.Context, []byte) bool {
			say("ping", nil)
			return true // Answer it.
		},
	})
	if err != nil && response != nil {
		say("refused", fields{"status": response.StatusCode, "retryAfter": response.Header.Get("Retry-After")})
		return nil
	}
	check(err)
	conn.SetReadLimit(-1) // Else 32 KiB.
	say("open", fields{"extensions": response.Header.Get("Sec-WebSocket-Extensions")})
	go read(ctx, conn)
	return conn
}

// Tells what comes until the end.
func read(ctx context.Context, conn *websocket.Conn) {
	for {
		kind, payload, err := conn.Read(ctx)
		var closed websocket.CloseError
		switch {
		case errors.As(err, &closed):
			say("close", fields{"code": closed.Code, "reason": closed.Reason})
			return
		case err != nil:
			say("error", fields{"message": err.Error()})
			say("close", fields{"code": 1006, "reason": ""})
			return
		case kind == websocket.MessageText:
			say("message", fields{"text": string(payload)})
		default:
			say("message", fields{"base64": payload})
		}
	}
}

func send(ctx context.Context, conn *websocket.Conn, message command) {
	if message.Text != nil {
		check(conn.Write(ctx, websocket.MessageText, []byte(*message.Text)))
	} else {
		check(conn.Write(ctx, websocket.MessageBinary, message.Base64))
	}
}

func main() {
	ctx := context.Background()
	var conn *websocket.Conn
	for lines := json.NewDecoder(bufio.NewReader(os.Stdin)); ; {
		var next command
		if err := lines.Decode(&next); err == io.EOF {
			return
		} else {
			check(err)
		}
		switch next.Do {
		case "connect":
			conn = connect(ctx, next)
		case "send":
			send(ctx, conn, next)
		}
	}
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
