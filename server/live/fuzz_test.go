package live

import (
	"encoding/json"
	"io"
	"net"
	"reflect"
	"strings"
	"testing"
	"time"
)

// Whatever the dialler takes as a frame, it would be sent again as one that means the same.
func FuzzReadFrame(f *testing.F) {
	whole, err := json.Marshal(Frame{Seq: 7, Epoch: "e", Build: "b", View: "display", At: time.Unix(1795395600, 0).UTC(), Data: json.RawMessage(`{"a":[1]}`)})
	if err != nil {
		f.Fatal(err)
	}
	for _, b := range [][]byte{whole, []byte(`{}`), []byte(`{"view":"x"}`), []byte(`{"seq":-1,"view":"x"}`), []byte(`[]`), whole[:len(whole)-1]} {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		frame, err := readFrame(b)
		if err != nil {
			return
		}
		sent, err := json.Marshal(frame)
		if err != nil {
			t.Fatalf("%q was taken, but cannot be sent: %v", b, err)
		}
		again, err := readFrame(sent)
		if err != nil || again.Seq != frame.Seq || again.View != frame.View || again.Epoch != frame.Epoch || !sameJSON(again.Data, frame.Data) {
			t.Fatalf("%q came back as %+v, %v", b, again, err)
		}
	})
}

// sameJSON compares what two texts mean: the same text may be written with other escapes.
func sameJSON(a, b []byte) bool {
	var x, y any
	if len(a) == 0 || len(b) == 0 {
		return len(a) == len(b) || string(a)+string(b) == "null"
	}
	return json.Unmarshal(a, &x) == nil && json.Unmarshal(b, &y) == nil && reflect.DeepEqual(x, y)
}

// Whatever a client sends after the upgrade, the server outlives it and tells the other clients of the next change.
func FuzzClientBytes(f *testing.F) {
	for _, b := range []string{"", "\x81\x85\x00\x00\x00\x00hello", "\x88\x80\x00\x00\x00\x00", "\x82\xff\xff\xff\xff\xff\xff\xff\xff\xff", "\x01\x80\x00\x00\x00\x00\x00\x80",
		"\x89\xfe\x00\x7e", "GET / HTTP/1.1\r\n\r\n", strings.Repeat("\x89\x80\x00\x00\x00\x00", 200)} {
		f.Add([]byte(b))
	}
	f.Fuzz(func(t *testing.T, sent []byte) {
		h := newHouse(t, Config{Coalesce: time.Millisecond, MinGap: time.Millisecond})
		witness := h.visit(t, "key=a")
		witness.read()
		conn, err := net.Dial("tcp", strings.TrimPrefix(h.url, "ws://"))
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		head := "GET /?key=a HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
		if _, err := io.WriteString(conn, head+string(sent)); err != nil {
			t.Fatal(err)
		}
		for h.change(9, true); number(t, witness.read()) != 9; {
		}
	})
}
