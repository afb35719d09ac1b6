package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"jiaohao/server/journal"
)

type closingAnswer struct {
	Date string
	Head struct {
		Seq   uint64
		Chain string
	}
	Closed   struct{ By, Staff string }
	Total    struct{ Issued, Finished, Unserved, Voided int }
	Services []struct {
		Service string
		Issued  int
	}
}

// TestClosingReportProvesTheJournal closes a day, reads its report and later checks the journal by the printed head: it fits
// until somebody changes something, also when the whole chain was computed anew.
func TestClosingReportProvesTheJournal(t *testing.T) {
	data := t.TempDir()
	p := startProcess(t, data, "127.0.0.1:0")
	clerk, boss := p.signedIn(t, "1001"), p.signedIn(t, "8001")
	clerk.must(t, "POST", "/api/v1/windows/1/open", nil)
	var ticket struct{ Number, Date string }
	for range 3 {
		client{base: p.Base}.must(t, "POST", "/api/v1/tickets", map[string]string{"service": "household-birth"}).into(t, &ticket)
	}
	clerk.must(t, "POST", "/api/v1/windows/1/next", nil)
	clerk.must(t, "POST", "/api/v1/windows/1/finish", nil)
	path := "/api/v1/day/" + ticket.Date + "/closing"
	if r, err := boss.do("GET", path, "", nil); err != nil || r.status != 409 {
		t.Errorf("an open day: %d %s %v", r.status, r.body, err)
	}
	boss.must(t, "POST", "/api/v1/tickets/by-number/"+ticket.Number+"/void", map[string]string{"reason": "重复"})
	boss.must(t, "POST", "/api/v1/day/close", map[string]bool{"confirm": true})
	var c closingAnswer
	boss.must(t, "GET", path, nil).into(t, &c)
	if c.Closed.Staff != "8001" || c.Total.Issued != 3 || c.Total.Finished != 1 || c.Total.Unserved != 1 || c.Total.Voided != 1 || len(c.Services) != 1 {
		t.Errorf("%+v", c)
	}
	if pdf := boss.must(t, "GET", path+".pdf", nil); !bytes.HasPrefix(pdf.body, []byte("%PDF-")) || pdf.header.Get("Content-Type") != "application/pdf" {
		t.Errorf("%s %.40q", pdf.header, pdf.body)
	}
	if csv := clerk.must(t, "GET", "/api/v1/stats.csv?by=service", nil); !strings.HasPrefix(csv.header.Get("Content-Type"), "text/csv") ||
		!strings.HasPrefix(csv.header.Get("Content-Disposition"), "attachment") || !bytes.HasPrefix(csv.body, []byte("\xef\xbb\xbf")) {
		t.Errorf("%s %.40q", csv.header, csv.body)
	}
	p.stop(t)
	checkHeads(t, data, c)
}

func checkHeads(t *testing.T, data string, c closingAnswer) {
	t.Helper()
	head := fmt.Sprintf("%d:%s", c.Head.Seq, c.Head.Chain)
	for _, row := range []struct {
		head string
		code int
		says string
	}{
		{head, 0, "the printed head fits"},
		{"jiaohao:hall:" + c.Date + ":" + head, 0, "the printed head fits"},
		{head[:len(head)-32], 0, "the printed head fits"},
		{strings.Replace(head, c.Head.Chain[:4], c.Head.Chain[:4]+" ", 1), 0, "the printed head fits"},
		{fmt.Sprintf("%d:%s", c.Head.Seq-1, c.Head.Chain), 1, "does not fit"},
		{fmt.Sprintf("%d:%s", c.Head.Seq+1000, c.Head.Chain), 1, "the journal ends with"},
		{head[:len(head)-40], 1, "is not SEQ:CHAIN"}, {"5", 1, "is not SEQ:CHAIN"}, {"0:" + c.Head.Chain, 1, "is not SEQ:CHAIN"},
	} {
		code, out, errs := commandOn(t, data, "journal", "verify", "--head", row.head)
		if code != row.code || !strings.Contains(out+errs, row.says) {
			t.Errorf("%s: %d, want %d with %q\n%s%s", row.head, code, row.code, row.says, out, errs)
		}
	}
	forged := forge(t, data)
	if code, out, errs := commandOn(t, forged, "journal", "verify"); code != 0 {
		t.Fatalf("the forgery is not even whole: %s%s", out, errs)
	}
	if code, out, errs := commandOn(t, forged, "journal", "verify", "--head", head); code != 1 || !strings.Contains(errs, "does not fit") {
		t.Errorf("a forged journal fits the printed head: %d\n%s%s", code, out, errs)
	}
}

// forge copies a journal without one of its records and with every later chain value computed anew.
func forge(t *testing.T, data string) (forged string) {
	t.Helper()
	forged = filepath.Join(t.TempDir(), "forged")
	from, err := journal.Open(data, journal.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer from.Close()
	to, err := journal.Open(forged, journal.Options{})
	if err != nil {
		t.Fatal(err)
	}
	err = from.Read(t.Context(), 1, func(r journal.Record) error {
		if r.Kind == "leg.called" {
			return nil
		}
		return to.Append(to.Head().Seq, []journal.Draft{{At: r.At, Kind: r.Kind, Bytes: r.Bytes, Private: r.Private}}).Err
	})
	// The file says how many records there are; one more of any kind hides the one that is missing.
	last := to.Append(to.Head().Seq, []journal.Draft{{At: 1, Kind: "clock.confirmed", Bytes: []byte{0xa1, 0x01, 0x00, 0xa0}}})
	if err != nil || last.Err != nil {
		t.Fatal(err, last.Err)
	}
	if err := to.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(forged, journal.FileName)); err != nil {
		t.Fatal(err)
	}
	return forged
}
