package kiosk

import (
	"context"
	"log/slog"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"jiaohao/kiosk/slip"
	"jiaohao/server/door"
	"jiaohao/server/hall"
)

// fileOutput is an answer that is not JSON.
type fileOutput struct {
	ContentType string `header:"Content-Type"`
	Cache       string `header:"Cache-Control"`
	Disposition string `header:"Content-Disposition"`
	Body        []byte
}

func (k *Kiosk) registerPictures(api huma.API) {
	file := func(name, media, summary string) huma.Operation {
		content := map[string]*huma.MediaType{media: {Schema: &huma.Schema{Type: "string", Format: "binary"}}}
		return huma.Operation{OperationID: "ticket-" + name, Method: http.MethodGet, Path: "/api/v1/tickets/{id}/" + name, Summary: summary,
			Tags: []string{ticketTag}, Errors: []int{404, 410},
			Responses: map[string]*huma.Response{"200": {Description: summary, Content: content}}}
	}
	huma.Register(api, file("slip.pdf", jsonPDF, "The paper ticket as a PDF"), k.slipPDF)
	huma.Register(api, file("slip.png", jsonPNG, "The paper ticket in printer dots"), k.slipPNG)
	huma.Register(api, file("qr.png", jsonPNG, "The ticket's QR code"), k.qrPNG)
}

func (k *Kiosk) slipPDF(ctx context.Context, in *TicketPath) (*fileOutput, error) {
	return k.picture(ctx, in.ID, jsonPDF, "slip.pdf", func(s hall.State, t hall.Ticket) ([]byte, []rune, error) {
		return k.slips.PDF(ctx, k.paper(s, t))
	})
}

func (k *Kiosk) slipPNG(ctx context.Context, in *TicketPath) (*fileOutput, error) {
	return k.picture(ctx, in.ID, jsonPNG, "slip.png", func(s hall.State, t hall.Ticket) ([]byte, []rune, error) {
		return slip.PNG(k.paper(s, t))
	})
}

type codeInput struct {
	TicketPath
	Module int `query:"module" default:"9" minimum:"2" maximum:"24" doc:"Pixels a module"`
}

func (k *Kiosk) qrPNG(ctx context.Context, in *codeInput) (*fileOutput, error) {
	return k.picture(ctx, in.ID, jsonPNG, "qr.png", func(_ hall.State, t hall.Ticket) ([]byte, []rune, error) {
		data, err := slip.Code(k.code(t.ID), in.Module)
		return data, nil, err
	})
}

// picture draws something of a ticket. It belongs to its holder alone, so no cache on the way may keep it.
func (k *Kiosk) picture(ctx context.Context, id, media, name string,
	draw func(hall.State, hall.Ticket) ([]byte, []rune, error)) (*fileOutput, error) {
	s, t, err := k.find(ctx, id)
	if err != nil {
		return nil, err
	}
	data, missing, err := draw(s, t)
	if err != nil {
		return nil, door.Refuse(ctx, err)
	}
	if len(missing) > 0 {
		slog.WarnContext(ctx, "the slip's font lacks characters", "ticket", t.Ref(), "characters", string(missing))
	}
	return &fileOutput{ContentType: media, Cache: "private, no-store", Disposition: `inline; filename="` + t.Number.String() + "-" + name + `"`, Body: data}, nil
}
