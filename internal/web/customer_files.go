package web

import (
	"archive/zip"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"

	"vigie/internal/cx"
)

// serveCustomerFiles gives all that is kept of a customer with the files they sent, in one archive. It is made whole before a
// byte leaves: one that is cut would pass for all there is.
func (s *Server) serveCustomerFiles(w http.ResponseWriter, r *http.Request, v *visit) error {
	x, err := s.exportCustomer(r, v, true)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp("", "vigie-export-")
	if err != nil {
		return fmt.Errorf("export of a customer: %w", err)
	}
	defer f.Close()
	if err := os.Remove(f.Name()); err != nil { // it lives as long as it is open
		return fmt.Errorf("export of a customer: %w", err)
	}
	if err := s.archive(r.Context(), f, v, x); err != nil {
		return fmt.Errorf("export of a customer: %w", err)
	}
	w.Header().Set("Content-Type", "application/zip")
	w.Header().Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", exportName(x, "zip")))
	http.ServeContent(w, r, "", time.Time{}, f)
	return nil
}

func (s *Server) archive(ctx context.Context, f io.Writer, v *visit, x *customerExport) error {
	z := zip.NewWriter(f)
	readable, err := x.asHTML(ctx, v.Lang)
	if err != nil {
		return err
	}
	data, err := x.asJSON()
	if err != nil {
		return err
	}
	for _, one := range []exportFile{{name: exportName(x, "html"), body: readable}, {name: exportName(x, "json"), body: data}} {
		in, err := z.CreateHeader(&zip.FileHeader{Name: one.name, Method: zip.Deflate, Modified: x.Exported})
		if err != nil {
			return err
		}
		if _, err := in.Write(one.body); err != nil {
			return err
		}
	}
	for id, at := range x.Files {
		if err := s.archiveMedia(ctx, z, id, at); err != nil {
			return err
		}
	}
	return z.Close()
}

// archiveMedia adds a file as it is: pictures and films are small already.
func (s *Server) archiveMedia(ctx context.Context, z *zip.Writer, id cx.MediaID, at string) error {
	from, err := s.Media.Open(ctx, id)
	if cx.KindOf(err) == cx.NotFound { // lost with the disk it lay on: the rest is theirs all the same
		return nil
	}
	if err != nil {
		return err
	}
	defer from.Close()
	in, err := z.CreateHeader(&zip.FileHeader{Name: at, Method: zip.Store, Modified: s.now()})
	if err != nil {
		return err
	}
	_, err = io.Copy(in, from)
	return err
}
