package journal

import "io"

// window reads a file in large pieces where its pages are asked for nearly in order, as those of a tree are that only ever
// grew at its end: fewer calls of the system, and a cold disk reads ahead.
type window struct {
	file io.ReaderAt
	buf  []byte
	at   int64 // of buf in the file
	miss int64 // where the last read outside of buf was
}

const windowSize = 256 << 10

// ReadAt implements io.ReaderAt. The window moves when a second read falls close behind one outside of it, so that the
// few pages far away do not.
func (w *window) ReadAt(p []byte, at int64) (int, error) {
	if n := int64(len(w.buf)); at >= w.at && at+int64(len(p)) <= w.at+n {
		return copy(p, w.buf[at-w.at:]), nil
	}
	near := at >= w.miss && at-w.miss < windowSize
	w.miss = at
	if !near || len(p) > windowSize {
		return w.file.ReadAt(p, at)
	}
	if w.buf == nil {
		w.buf = make([]byte, windowSize)
	}
	n, err := w.file.ReadAt(w.buf[:windowSize], at)
	w.buf, w.at = w.buf[:n], at
	if n >= len(p) {
		return copy(p, w.buf), nil
	}
	return copy(p, w.buf), err
}
