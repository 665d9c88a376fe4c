// A backend that its gateway calls: it says who may come in, answers what clients say, and hears who has left.
package main

import (
	"cmp"
	"context"
	"fmt"
	"log"
	"net"
	"net/url"
	"os"
	"strings"

	"google.golang.org/grpc"
	pb "wsgate.dev/gen/wsgate/v1"
)

var users = map[string]bool{"ada": true, "grace": true} // A real backend checks a signature, or asks its database.

type hooks struct {
	pb.UnimplementedHookServiceServer
}

func (hooks) OnConnect(_ context.Context, request *pb.OnConnectRequest) (*pb.OnConnectResponse, error) {
	query, _ := url.ParseQuery(request.Query) // What it cannot read is not there.
	token := query.Get("token")
	if !users[token] {
		refuse := &pb.OnConnectResponse_Refuse{Status: 401, Reason: "say who you are with ?token=NAME"}
		return &pb.OnConnectResponse{Decision: &pb.OnConnectResponse_Refuse_{Refuse: refuse}}, nil
	}
	accept := &pb.OnConnectResponse_Accept{UserId: token}
	return &pb.OnConnectResponse{Decision: &pb.OnConnectResponse_Accept_{Accept: accept}}, nil
}

func (hooks) OnMessage(_ context.Context, request *pb.OnMessageRequest) (*pb.OnMessageResponse, error) {
	text, toAll := strings.CutPrefix(request.Message.GetText(), "all:") // Empty where the message is binary.
	if !toAll {
		return &pb.OnMessageResponse{Reply: request.Message}, nil
	}
	everyone := &pb.OnMessageResponse_Send{
		Target:  &pb.Target{Target: &pb.Target_All{All: true}},
		Message: &pb.Message{Payload: &pb.Message_Text{Text: request.UserId + ": " + text}},
	}
	return &pb.OnMessageResponse{Sends: []*pb.OnMessageResponse_Send{everyone}}, nil
}

func (hooks) OnDisconnect(_ context.Context, request *pb.OnDisconnectRequest) (*pb.OnDisconnectResponse, error) {
	end := request.End
	fmt.Printf("%s left: %d %s\n", end.Session.UserId, end.Code, end.Reason)
	return &pb.OnDisconnectResponse{}, nil
}

func main() {
	listener, err := net.Listen("tcp", cmp.Or(os.Getenv("BACKEND_ADDRESS"), "127.0.0.1:50052"))
	if err != nil {
		log.Fatal(err)
	}
	server := grpc.NewServer()
	pb.RegisterHookServiceServer(server, hooks{})
	fmt.Printf("listening on %s\n", listener.Addr())
	log.Fatal(server.Serve(listener))
}
