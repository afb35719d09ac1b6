package live

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// Over TLS there is no descriptor to try: every frame goes through the drain, and so does the answer
// to the handshake.
func TestOverTLS(t *testing.T) {
	h := newHouse(t, Config{MaxPerAddress: 1})
	h.padding = strings.Repeat("x", 100<<10)
	srv := httptest.NewTLSServer(http.HandlerFunc(h.handle))
	defer srv.Close()
	trust := x509.NewCertPool()
	trust.AddCert(srv.Certificate())
	conf := &tls.Config{RootCAs: trust}
	url := "wss" + strings.TrimPrefix(srv.URL, "https")

	var e ear
	opt := e.options(h, "")
	opt.URL, opt.TLS = url+"?key=a&address=x&session=s", conf
	d := Dial(t.Context(), opt)
	defer d.Close()
	for n := range uint64(20) {
		h.change(n+1, true)
		eventually(t, "the frame is there", func() bool { return e.last() == n+1 })
	}

	dialer := websocket.Dialer{TLSClientConfig: conf}
	c, _, err := dialer.Dial(url+"?key=a&address=x", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if code := (&guest{c, t}).closed(2 * time.Second); code != int(TooMany) {
		t.Errorf("the second was closed with %d", code)
	}
	h.Cut("s", Revoked)
	select {
	case <-d.Done():
	case <-time.After(2 * time.Second):
		t.Error("the cut did not arrive")
	}
}
