package bench

import (
	"slices"
	"testing"
	"time"
)

// TestStream finds the frames in bytes that come in any pieces.
func TestStream(t *testing.T) {
	var bytes []byte
	for _, frame := range [][]byte{rawFrame(7, 300), {0x81, 9, '{', '"', 's', 'e', 'q', '"', ':', '8', ','}, {0x88, 0}, rawFrame(123456, 5000), {0x82, 2, 1, 2}} {
		bytes = append(bytes, frame...)
	}
	for size := 1; size < 40; size++ {
		var got []uint64
		s := &stream{fd: -1}
		for piece := range slices.Chunk(bytes, size) {
			s.feed(piece, func(seq uint64) { got = append(got, seq) })
		}
		if !slices.Equal(got, []uint64{7, 8, 123456}) {
			t.Fatalf("in pieces of %d: %v", size, got)
		}
	}
	// A frame that is not whole has not come.
	s := &stream{fd: -1}
	s.feed(rawFrame(7, 300)[:299], func(uint64) { t.Error("half a frame was counted") })
}

// TestLatencies takes, for each press, the first whole frame that shows it or something newer.
func TestLatencies(t *testing.T) {
	at := func(ms int) time.Time { return time.Unix(100, int64(ms)*1e6) }
	whole := map[uint64]time.Time{12: at(30), 15: at(90), 10: at(5)}
	got := latencies([]press{{11, at(10)}, {15, at(40)}, {16, at(50)}}, whole)
	if want := []time.Duration{20 * time.Millisecond, 50 * time.Millisecond}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// TestDeliveries: a socket that was given only the newest frame has the older ones too, from then on.
func TestDeliveries(t *testing.T) {
	at := func(ms int) time.Time { return time.Unix(100, int64(ms)*1e6) }
	got := deliveries([]arrival{{1, 10, at(1)}, {2, 10, at(2)}, {1, 11, at(3)}, {3, 12, at(4)}, {1, 12, at(5)}, {1, 12, at(9)}})
	if want := []delivery{{10, 3, at(4)}, {11, 2, at(4)}, {12, 2, at(5)}}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// TestDevice: what is written to a file and made durable is seen by its device, where there is one.
func TestDevice(t *testing.T) {
	if _, known := deviceOf("/proc"); known {
		t.Error("/proc is on a disk")
	}
	bytes, ok := resident()
	if !ok || bytes < 1<<20 {
		t.Errorf("%d bytes resident, %v", bytes, ok)
	}
	if n, ok := fileBytes(); !ok || n < 0 {
		t.Errorf("%d bytes written, %v", n, ok)
	}
}
