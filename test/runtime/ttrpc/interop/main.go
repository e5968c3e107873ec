// The ttrpc of containerd as server and as client, for test/runtime/ttrpc/interop.test.ts.
// Messages are google.protobuf.StringValue, which is {1: string} as ttrpc.KeyValue is without its value.
//
//	interop serve PATH    serves test.Interop until it is killed; prints "ready"
//	interop call PATH     calls test.Interop at PATH, prints what came as lines
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/containerd/ttrpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

const service = "test.Interop"

func main() {
	if len(os.Args) != 3 {
		fail(errors.New("usage: interop serve|call PATH"))
	}
	if os.Args[1] == "serve" {
		fail(serve(os.Args[2]))
	}
	fail(call(os.Args[2]))
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func serve(path string) error {
	server, err := ttrpc.NewServer(ttrpc.WithServerHandshaker(ttrpc.UnixSocketRequireSameUser()))
	if err != nil {
		return err
	}
	server.RegisterService(service, &ttrpc.ServiceDesc{
		Methods: map[string]ttrpc.Method{"Echo": echo, "Fail": failing, "Hang": hang, "Metadata": metadata},
		Streams: map[string]ttrpc.Stream{
			"Collect": {Handler: collect, StreamingClient: true},
			"Repeat":  {Handler: repeat, StreamingServer: true},
			"Chat":    {Handler: chat, StreamingClient: true, StreamingServer: true},
		},
	})
	listener, err := net.Listen("unix", path)
	if err != nil {
		return err
	}
	fmt.Println("ready")
	return server.Serve(context.Background(), listener)
}

func text(unmarshal func(interface{}) error) (string, error) {
	var value wrapperspb.StringValue
	err := unmarshal(&value)
	return value.Value, err
}

func echo(_ context.Context, unmarshal func(interface{}) error) (interface{}, error) {
	value, err := text(unmarshal)
	return wrapperspb.String(value), err
}

func failing(context.Context, func(interface{}) error) (interface{}, error) {
	return nil, status.Error(codes.NotFound, "container x: not found")
}

func hang(ctx context.Context, _ func(interface{}) error) (interface{}, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

func metadata(ctx context.Context, _ func(interface{}) error) (interface{}, error) {
	value, _ := ttrpc.GetMetadataValue(ctx, "containerd-namespace-ttrpc")
	return wrapperspb.String(value), nil
}

func collect(_ context.Context, stream ttrpc.StreamServer) (interface{}, error) {
	var all strings.Builder
	for {
		var value wrapperspb.StringValue
		if err := stream.RecvMsg(&value); err == io.EOF {
			return wrapperspb.String(all.String()), nil
		} else if err != nil {
			return nil, err
		}
		all.WriteString(value.Value)
	}
}

func repeat(_ context.Context, stream ttrpc.StreamServer) (interface{}, error) {
	var value wrapperspb.StringValue
	if err := stream.RecvMsg(&value); err != nil {
		return nil, err
	}
	for range value.Value {
		if err := stream.SendMsg(&value); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

func chat(_ context.Context, stream ttrpc.StreamServer) (interface{}, error) {
	for {
		var value wrapperspb.StringValue
		if err := stream.RecvMsg(&value); err == io.EOF {
			return nil, nil
		} else if err != nil {
			return nil, err
		}
		if err := stream.SendMsg(&value); err != nil {
			return nil, err
		}
	}
}

func call(path string) error {
	conn, err := net.Dial("unix", path)
	if err != nil {
		return err
	}
	client := ttrpc.NewClient(conn)
	defer client.Close()
	ctx := ttrpc.WithMetadata(context.Background(), ttrpc.MD{"containerd-namespace-ttrpc": {"k8s.io"}})
	unary := func(ctx context.Context, service, method, value string) {
		var answer wrapperspb.StringValue
		err := client.Call(ctx, service, method, wrapperspb.String(value), &answer)
		fmt.Printf("%s %q %s %q\n", method, answer.Value, status.Code(err), status.Convert(err).Message())
	}
	unary(ctx, service, "Echo", "hello")
	unary(ctx, service, "Echo", "")
	unary(ctx, service, "Metadata", "")
	unary(ctx, service, "Fail", "")
	unary(ctx, service, "Nope", "")
	unary(ctx, "test.Other", "Nope", "")
	short, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
	var answer wrapperspb.StringValue
	err = client.Call(short, service, "Hang", wrapperspb.String(""), &answer)
	cancel()
	fmt.Printf("Hang %t\n", errors.Is(err, context.DeadlineExceeded) || status.Code(err) == codes.DeadlineExceeded)

	var wait sync.WaitGroup
	var good, mutex = 0, sync.Mutex{}
	for i := range 500 {
		wait.Add(1)
		go func() {
			defer wait.Done()
			var answer wrapperspb.StringValue
			value := fmt.Sprint(i, strings.Repeat("x", i*20))
			if client.Call(ctx, service, "Echo", wrapperspb.String(value), &answer) == nil && answer.Value == value {
				mutex.Lock()
				good++
				mutex.Unlock()
			}
		}()
	}
	wait.Wait()
	fmt.Printf("concurrent %d\n", good)

	for _, step := range []func(context.Context, *ttrpc.Client) error{collecting, repeating, chatting} {
		if err := step(ctx, client); err != nil {
			return err
		}
	}
	return nil
}

func collecting(ctx context.Context, client *ttrpc.Client) error {
	stream, err := client.NewStream(ctx, &ttrpc.StreamDesc{StreamingClient: true}, service, "Collect", nil)
	if err != nil {
		return err
	}
	for _, part := range []string{"ab", "", "cd"} {
		if err := stream.SendMsg(wrapperspb.String(part)); err != nil {
			return err
		}
	}
	if err := stream.CloseSend(); err != nil {
		return err
	}
	var all wrapperspb.StringValue
	err = stream.RecvMsg(&all)
	fmt.Printf("Collect %q %v\n", all.Value, err)
	return nil
}

func repeating(ctx context.Context, client *ttrpc.Client) error {
	stream, err := client.NewStream(ctx, &ttrpc.StreamDesc{StreamingServer: true}, service, "Repeat", wrapperspb.String("xyz"))
	if err != nil {
		return err
	}
	return receive("Repeat", stream)
}

func chatting(ctx context.Context, client *ttrpc.Client) error {
	desc := &ttrpc.StreamDesc{StreamingClient: true, StreamingServer: true}
	stream, err := client.NewStream(ctx, desc, service, "Chat", nil)
	if err != nil {
		return err
	}
	for _, part := range []string{"one", "", "three"} {
		if err := stream.SendMsg(wrapperspb.String(part)); err != nil {
			return err
		}
	}
	if err := stream.CloseSend(); err != nil {
		return err
	}
	return receive("Chat", stream)
}

func receive(name string, stream ttrpc.ClientStream) error {
	for {
		var value wrapperspb.StringValue
		err := stream.RecvMsg(&value)
		if err == io.EOF {
			fmt.Printf("%s EOF\n", name)
			return nil
		}
		if err != nil {
			return err
		}
		fmt.Printf("%s %q\n", name, value.Value)
	}
}
