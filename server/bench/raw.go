package bench

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
)

// rawGroup is the yardstick of durable writing: many writers, one append-only file, one write and one sync for whoever has
// gathered while the sync before was under way.
type rawGroup struct {
	file  *os.File
	size  int
	queue chan chan error
	ended chan error
}

// newRawGroup starts the yardstick with records of a size, in bytes.
func newRawGroup(path string, size int) (*rawGroup, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, err
	}
	g := &rawGroup{file: f, size: size, queue: make(chan chan error, 4096), ended: make(chan error, 1)}
	go g.run()
	return g, nil
}

func (g *rawGroup) run() {
	record := binary.LittleEndian.AppendUint32(nil, uint32(g.size))
	record = append(record, make([]byte, g.size)...)
	var buffer []byte
	for first := range g.queue {
		group := []chan error{first}
		for len(g.queue) > 0 {
			group = append(group, <-g.queue)
		}
		buffer = buffer[:0]
		for range group {
			buffer = append(buffer, record...)
		}
		_, err := g.file.Write(buffer)
		err = errors.Join(err, syncData(g.file))
		for _, waiter := range group {
			waiter <- err
		}
	}
	g.ended <- g.file.Close()
}

func (g *rawGroup) write() error {
	answer := make(chan error, 1)
	g.queue <- answer
	return <-answer
}

func (g *rawGroup) close() error {
	close(g.queue)
	return <-g.ended
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// rawLog is the yardstick of reading: records with their length and checksum, one after the other.
type rawLog struct {
	file *os.File
	w    *bufio.Writer
}

func newRawLog(path string) (*rawLog, error) {
	f, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	return &rawLog{f, bufio.NewWriterSize(f, 1<<20)}, nil
}

func (l *rawLog) add(parts ...[]byte) error {
	size, sum := 0, uint32(0)
	for _, p := range parts {
		size, sum = size+len(p), crc32.Update(sum, castagnoli, p)
	}
	head := binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32(nil, uint32(size)), sum)
	for _, p := range append([][]byte{head}, parts...) {
		if _, err := l.w.Write(p); err != nil {
			return err
		}
	}
	return nil
}

func (l *rawLog) close() error { return errors.Join(l.w.Flush(), l.file.Close()) }

// scanRaw reads a rawLog through and checks every record.
func scanRaw(path string) (records int, err error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	r, head, body := bufio.NewReaderSize(f, 1<<20), make([]byte, 8), make([]byte, 1<<16)
	for {
		if _, err := io.ReadFull(r, head); err == io.EOF {
			return records, nil
		} else if err != nil {
			return records, err
		}
		size := int(binary.LittleEndian.Uint32(head))
		if size > len(body) {
			body = make([]byte, size)
		}
		if _, err := io.ReadFull(r, body[:size]); err != nil {
			return records, err
		}
		if crc32.Checksum(body[:size], castagnoli) != binary.LittleEndian.Uint32(head[4:]) {
			return records, fmt.Errorf("record %d of the yardstick is damaged", records+1)
		}
		records++
	}
}
