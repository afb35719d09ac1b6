package journal

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"os"
)

// This file reads bbolt's pages without bbolt, which trusts what it reads: a wrong page number makes it run in
// circles or read outside of the file, and both end the process instead of naming the damage.

// pageSize of every journal, whatever the machine's, so that a file can be carried anywhere.
const pageSize = 4096

const (
	pageHeaderSize = 16
	elementSize    = 16
	metaMagic      = 0xED0CDAED
	metaVersion    = 2
	metaSize       = 64

	branchPage   = 0x01
	leafPage     = 0x02
	freelistPage = 0x10
	bucketFlag   = 0x01

	// maxDepth bounds a descent; a tree of 2^64 records is not as deep.
	maxDepth = 64
)

var order = binary.NativeEndian

// pages reads the pages of one commit.
type pages struct {
	file     io.ReaderAt
	root     uint64 // page of the tree of buckets
	freelist uint64
	end      uint64 // first page number that is not in use
	txid     uint64
	// torn counts the header pages that are not valid; with 1 the other one is used.
	torn int
}

// readPages reads the newest valid header of a file and checks that the file is as long as the header says.
func readPages(f *os.File) (*pages, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if info.Size() < 2*pageSize {
		return nil, damaged(f, "%d bytes are too few for a journal", info.Size())
	}
	p := &pages{file: f}
	for slot := range int64(2) {
		if err := p.readHeader(slot); err != nil {
			return nil, err
		}
	}
	if p.torn == 2 {
		return nil, damaged(f, "no valid header, it is not a journal or its beginning is damaged")
	}
	if size := uint64(info.Size()); p.end > size/pageSize {
		return nil, damaged(f, "cut off: %d bytes are there, %d are in use", size, p.end*pageSize)
	}
	return p, nil
}

// readHeader reads one of the two header pages and takes it if it is newer than what is there.
func (p *pages) readHeader(slot int64) error {
	var b [metaSize]byte
	if _, err := p.file.ReadAt(b[:], slot*pageSize+pageHeaderSize); err != nil {
		return err
	}
	sum := fnv.New64a()
	_, _ = sum.Write(b[:56])
	if order.Uint32(b[:]) != metaMagic || order.Uint32(b[4:]) != metaVersion ||
		order.Uint32(b[8:]) != pageSize || order.Uint64(b[56:]) != sum.Sum64() {
		p.torn++
		return nil
	}
	if txid := order.Uint64(b[48:]); txid >= p.txid {
		p.root, p.freelist, p.end, p.txid = order.Uint64(b[16:]), order.Uint64(b[32:]), order.Uint64(b[40:]), txid
	}
	return nil
}

// page is one page with its overflow, or the page inside of the value of a small bucket.
type page struct {
	flags, count uint16
	overflow     uint32
	data         []byte
}

var errPage = errors.New("damaged page")

// read reads a page; buf is used if it is large enough.
func (p *pages) read(id uint64, buf []byte) (page, error) {
	if id < 2 || id >= p.end {
		return page{}, fmt.Errorf("%w: %d is outside of the file", errPage, id)
	}
	if len(buf) < pageSize {
		buf = make([]byte, pageSize)
	}
	if _, err := p.file.ReadAt(buf[:pageSize], int64(id)*pageSize); err != nil {
		return page{}, err
	}
	pg := parsePage(buf)
	if order.Uint64(buf) != id || uint64(pg.overflow) >= p.end-id {
		return page{}, fmt.Errorf("%w: %d has a wrong head", errPage, id)
	}
	if pg.overflow > 0 {
		pg.data = make([]byte, (int64(pg.overflow)+1)*pageSize)
		if _, err := p.file.ReadAt(pg.data, int64(id)*pageSize); err != nil {
			return page{}, err
		}
	} else {
		pg.data = buf[:pageSize]
	}
	if err := pg.check(); err != nil {
		return page{}, fmt.Errorf("%w (page %d)", err, id)
	}
	return pg, nil
}

func parsePage(b []byte) page {
	return page{flags: order.Uint16(b[8:]), count: order.Uint16(b[10:]), overflow: order.Uint32(b[12:]), data: b}
}

// check makes sure that every element lies inside of the page.
func (pg page) check() error {
	if pg.flags == freelistPage {
		return nil
	}
	if pg.flags != branchPage && pg.flags != leafPage {
		return fmt.Errorf("%w: of no known sort", errPage)
	}
	if pageHeaderSize+int(pg.count)*elementSize > len(pg.data) {
		return fmt.Errorf("%w: more elements than fit", errPage)
	}
	for i := range int(pg.count) {
		at, size := pg.span(i)
		if at+size > uint64(len(pg.data)) {
			return fmt.Errorf("%w: element %d reaches beyond its end", errPage, i)
		}
	}
	return nil
}

// span gives where an element's key and value begin and how long they are together.
func (pg page) span(i int) (at, size uint64) {
	head := pageHeaderSize + i*elementSize
	e := pg.data[head:]
	if pg.flags == branchPage {
		return uint64(head) + uint64(order.Uint32(e)), uint64(order.Uint32(e[4:]))
	}
	return uint64(head) + uint64(order.Uint32(e[4:])), uint64(order.Uint32(e[8:])) + uint64(order.Uint32(e[12:]))
}

// child gives a branch element's key and page.
func (pg page) child(i int) (key []byte, id uint64) {
	at, size := pg.span(i)
	return pg.data[at : at+size], order.Uint64(pg.data[pageHeaderSize+i*elementSize+8:])
}

// item gives a leaf element's key, value and flags.
func (pg page) item(i int) (key, value []byte, flags uint32) {
	e := pg.data[pageHeaderSize+i*elementSize:]
	at, size := pg.span(i)
	split := at + uint64(order.Uint32(e[8:]))
	return pg.data[at:split], pg.data[split : at+size], order.Uint32(e)
}

// freed gives the pages that the freelist of this commit names.
func (p *pages) freed() (ids []uint64, overflow uint32, err error) {
	pg, err := p.read(p.freelist, nil)
	if err != nil {
		return nil, 0, err
	}
	if pg.flags != freelistPage {
		return nil, 0, fmt.Errorf("%w: %d is not the freelist", errPage, p.freelist)
	}
	list, n := pg.data[pageHeaderSize:], uint64(pg.count)
	if pg.count == 0xFFFF {
		n, list = order.Uint64(list), list[8:]
	}
	if n > uint64(len(list)/8) {
		return nil, 0, fmt.Errorf("%w: the freelist names more pages than fit in it", errPage)
	}
	for i := range n {
		ids = append(ids, order.Uint64(list[i*8:]))
	}
	return ids, pg.overflow, nil
}

// bucketRoot takes apart the value of a bucket: the page of its tree, or the page inside of the value.
func bucketRoot(value []byte) (id uint64, inline page, err error) {
	if len(value) < 16 || order.Uint64(value[8:]) != 0 {
		return 0, page{}, fmt.Errorf("%w: not a bucket", errPage)
	}
	if id = order.Uint64(value); id != 0 {
		return id, page{}, nil
	}
	if len(value) < 16+pageHeaderSize {
		return 0, page{}, fmt.Errorf("%w: not a bucket", errPage)
	}
	inline = parsePage(value[16:])
	if inline.flags != leafPage {
		return 0, page{}, fmt.Errorf("%w: not a bucket", errPage)
	}
	return 0, inline, inline.check()
}
