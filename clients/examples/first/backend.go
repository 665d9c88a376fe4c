// A first backend: says hello to ada, then answers whatever a client says with the same.
package main

import (
	"cmp"
	"context"
	"fmt"
	"log"
	"os"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	pb "wsgate.dev/gen/wsgate/v1"
)

func main() {
	ctx := context.Background()
	address := cmp.Or(os.Getenv("WSGATE_CONTROL_ADDRESS"), "127.0.0.1:50051")
	conn := must(grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials())))
	gate := pb.NewControlServiceClient(conn)
	hello := &pb.Message{Payload: &pb.Message_Text{Text: "hello"}}
	sent := must(gate.SendToUser(ctx, &pb.SendToUserRequest{UserId: "ada", Message: hello}))
	fmt.Printf("matched %d, queued %d\n", sent.Outcome.Matched, sent.Outcome.Queued)

	requests := must(gate.ReceiveMessages(ctx))
	requests.Send(&pb.ReceiveMessagesRequest{Request: &pb.ReceiveMessagesRequest_Start_{Start: &pb.ReceiveMessagesRequest_Start{}}})
	for {
		said := must(requests.Recv()) // Says too why a Send failed.
		must(gate.SendToSession(ctx, &pb.SendToSessionRequest{SessionId: said.SessionId, Message: said.Message}))
		ack := &pb.ReceiveMessagesRequest_Ack{Number: said.Number}
		requests.Send(&pb.ReceiveMessagesRequest{Request: &pb.ReceiveMessagesRequest_Ack_{Ack: ack}})
	}
}

func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}
