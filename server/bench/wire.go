package bench

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

// kioskWires are connections that stay open, one for each client: as little as a client can do, so that the figures are
// the server's.
type kioskWires struct {
	host  string
	conns []net.Conn
	read  []*bufio.Reader
}

func dialKiosks(base string, n int) (*kioskWires, error) {
	w := &kioskWires{host: strings.TrimPrefix(base, "http://")}
	for range n {
		c, err := net.DialTimeout("tcp", w.host, 5*time.Second)
		if err != nil {
			w.close()
			return nil, err
		}
		w.conns, w.read = append(w.conns, c), append(w.read, bufio.NewReader(c))
	}
	return w, nil
}

func (w *kioskWires) close() {
	for _, c := range w.conns {
		_ = c.Close() // nothing was left unread
	}
}

// take asks for a ticket over the client's connection.
func (w *kioskWires) take(k *kiosks, client int) error {
	service, _, key := k.next(client)
	body := `{"service":"` + service + `"}`
	return w.post(client, "/api/v1/tickets", "http-"+key, "", body)
}

func (w *kioskWires) post(client int, path, key, cookie, body string) error {
	head := ""
	if cookie != "" {
		head = "Cookie: " + cookie + "\r\n"
	}
	_, err := fmt.Fprintf(w.conns[client], "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nIdempotency-Key: %s\r\n%sContent-Length: %d\r\n\r\n%s",
		path, w.host, key, head, len(body), body)
	if err != nil {
		return err
	}
	res, err := http.ReadResponse(w.read[client], nil)
	if err != nil {
		return err
	}
	answer, err := io.ReadAll(res.Body)
	if err = errors.Join(err, res.Body.Close()); err != nil {
		return err
	}
	if res.StatusCode >= 300 || res.StatusCode == http.StatusNoContent {
		return fmt.Errorf("%s: %d %s", path, res.StatusCode, answer)
	}
	return nil
}
