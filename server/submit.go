package server

import (
	"context"
	"net/http"
	"sync"
	"time"

	"jiaohao/server/door"
	"jiaohao/server/hall"
)

// Submit decides a command for whoever asks in ctx. When it returns without error what was decided is durable and seen by
// State. Errors: *hall.Refusal; http.ErrAbortHandler when nobody knows whether it happened; the context's error.
func (d *Desk) Submit(ctx context.Context, c hall.Command) (hall.Receipt, error) {
	key, digest := door.IdempotencyKey(ctx)
	o := hall.Order{By: door.Actor(ctx), Key: key, Digest: digest, Do: c}
	if key != "" && d.seal != nil {
		var err error
		if o.Digest, o.Also, err = d.seal(digest); err != nil {
			defer func() { d.publish(d.State().Seq(), true) }()
			return hall.Receipt{}, d.filled(err)
		}
	}
	return d.Order(ctx, o)
}

// pendings are those whose one answer has been taken: nobody else knows them any more. One that its caller has left alone is
// not among them, as its answer may still come.
var pendings = sync.Pool{New: func() any { return &pending{answer: make(chan answer, 1)} }}

// Order is Submit for callers that are not requests.
func (d *Desk) Order(ctx context.Context, o hall.Order) (hall.Receipt, error) {
	if err := ctx.Err(); err != nil {
		return hall.Receipt{}, err
	}
	p := pendings.Get().(*pending)
	p.order = o
	began := time.Now()
	defer d.figures.answered(began)
	select {
	case d.orders <- p:
	case <-d.ended:
		return hall.Receipt{}, http.ErrAbortHandler
	case <-ctx.Done():
		return hall.Receipt{}, ctx.Err()
	}
	select {
	case a := <-p.answer:
		p.order = hall.Order{}
		pendings.Put(p)
		return a.receipt, a.err
	case <-d.ended:
		select {
		case a := <-p.answer:
			return a.receipt, a.err
		default:
			return hall.Receipt{}, http.ErrAbortHandler
		}
	case <-ctx.Done():
		return hall.Receipt{}, ctx.Err()
	}
}
