// centrifuge as a server: JSON protocol, every session subscribed to one channel by the server. The control port is that
// of ../node_ws: POST / publishes the body to everybody, POST /send/USER sends it to one user.
//
// centrifuge --ready-file PATH
package main

import (
	"context"
	"encoding/json"
	"flag"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"strings"

	"github.com/centrifugal/centrifuge"
)

const everybody = "all"

func newNode() *centrifuge.Node {
	node, err := centrifuge.New(centrifuge.Config{LogLevel: centrifuge.LogLevelError, LogHandler: func(entry centrifuge.LogEntry) {
		log.Printf("%s: %v", entry.Message, entry.Fields)
	}})
	if err != nil {
		log.Fatal(err)
	}
	node.OnConnecting(func(context.Context, centrifuge.ConnectEvent) (centrifuge.ConnectReply, error) {
		// No recovery, no positioning, no presence: a message that nobody keeps, as the others send it.
		return centrifuge.ConnectReply{Subscriptions: map[string]centrifuge.SubscribeOptions{everybody: {}}}, nil
	})
	if err := node.Run(); err != nil {
		log.Fatal(err)
	}
	return node
}

// The user comes from the query, as it does for the other servers.
func withUser(next http.Handler) http.Handler {
	return http.HandlerFunc(func(response http.ResponseWriter, request *http.Request) {
		credentials := &centrifuge.Credentials{UserID: request.URL.Query().Get("user")}
		next.ServeHTTP(response, request.WithContext(centrifuge.SetCredentials(request.Context(), credentials)))
	})
}

func clientHandler(node *centrifuge.Node) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/connection/websocket", withUser(centrifuge.NewWebsocketHandler(node, centrifuge.WebsocketConfig{
		ReadBufferSize:             512,
		UseWriteBufferPool:         true,
		ProcessCommandsOffReadLoop: true,
	})))
	return mux
}

func controlHandler(node *centrifuge.Node) http.Handler {
	return http.HandlerFunc(func(response http.ResponseWriter, request *http.Request) {
		text, err := io.ReadAll(request.Body)
		if err == nil {
			err = deliver(node, request.URL.Path, text)
		}
		if err != nil {
			http.Error(response, err.Error(), http.StatusInternalServerError)
		}
	})
}

func deliver(node *centrifuge.Node, path string, text []byte) error {
	data, err := json.Marshal(string(text)) // Data of the JSON protocol is JSON.
	if err != nil {
		return err
	}
	user, one := strings.CutPrefix(path, "/send/")
	if !one {
		_, err = node.Publish(everybody, data)
		return err
	}
	for _, client := range node.Hub().UserConnections(user) {
		if err := client.Send(data); err != nil {
			return err
		}
	}
	return nil
}

func listen() net.Listener {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	return listener
}

func main() {
	readyFile := flag.String("ready-file", "", "written with the addresses when both ports listen")
	flag.Parse()
	node := newNode()
	clients, control := listen(), listen()
	go func() { log.Fatal(http.Serve(clients, clientHandler(node))) }()
	ports, err := json.Marshal(map[string]string{"client": clients.Addr().String(), "control": control.Addr().String()})
	if err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile(*readyFile+".tmp", ports, 0o644); err != nil {
		log.Fatal(err)
	}
	if err := os.Rename(*readyFile+".tmp", *readyFile); err != nil {
		log.Fatal(err)
	}
	log.Fatal(http.Serve(control, controlHandler(node)))
}
