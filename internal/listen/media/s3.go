package media

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"vigie/internal/cx"
)

// S3 keeps blobs in a bucket of an object store that speaks Amazon's protocol.
type S3 struct {
	c      *minio.Client
	bucket string
	prefix string
}

// NewS3 reads an address like s3://bucket/prefix?endpoint=https://s3.example.org&region=eu-west-3 and is inert. Without an
// endpoint it is Amazon's; the bucket must exist.
func NewS3(address, key, secret string) (*S3, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "s3" || u.Host == "" || u.User != nil {
		return nil, badAddress(address)
	}
	if key == "" || secret == "" {
		return nil, cx.Fail(cx.Invalid, "", "media.s3.key")
	}
	at, err := url.Parse(cmp.Or(u.Query().Get("endpoint"), "https://s3.amazonaws.com"))
	if err != nil || at.Host == "" || at.Scheme != "https" && at.Scheme != "http" || strings.Trim(at.Path, "/") != "" {
		return nil, badAddress(address)
	}
	c, err := minio.New(at.Host, &minio.Options{Creds: credentials.NewStaticV4(key, secret, ""), Secure: at.Scheme == "https", Region: cmp.Or(u.Query().Get("region"), "us-east-1"), MaxRetries: 3})
	if err != nil {
		return nil, fmt.Errorf("media: %w", err)
	}
	prefix := strings.Trim(u.Path, "/")
	if prefix != "" {
		prefix += "/"
	}
	return &S3{c: c, bucket: u.Host, prefix: prefix}, nil
}

func badAddress(address string) error {
	shown, _, _ := strings.Cut(address, "?")
	return cx.Fail(cx.Invalid, "", "media.s3.address", "address", shown)
}

func (s *S3) Put(ctx context.Context, key string, r io.ReadSeeker, size int64, kind string) error {
	_, err := s.c.PutObject(ctx, s.bucket, s.prefix+key, r, size, minio.PutObjectOptions{ContentType: kind})
	if err != nil {
		return fmt.Errorf("object store: %w", err)
	}
	return nil
}

func (s *S3) Open(ctx context.Context, key string) (io.ReadSeekCloser, error) {
	o, err := s.c.GetObject(ctx, s.bucket, s.prefix+key, minio.GetObjectOptions{})
	if err == nil {
		_, err = o.Stat()
	}
	if err == nil {
		return o, nil
	}
	if missing(err) {
		return nil, unknown()
	}
	return nil, fmt.Errorf("object store: %w", err)
}

func missing(err error) bool { return minio.ToErrorResponse(err).StatusCode == http.StatusNotFound }

func (s *S3) Delete(ctx context.Context, key string) error {
	err := s.c.RemoveObject(ctx, s.bucket, s.prefix+key, minio.RemoveObjectOptions{})
	if err != nil && !missing(err) {
		return fmt.Errorf("object store: %w", err)
	}
	return nil
}

func (s *S3) Keys(ctx context.Context, fn func(string) error) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop() // the list ends with it
	for o := range s.c.ListObjects(ctx, s.bucket, minio.ListObjectsOptions{Prefix: s.prefix, Recursive: true}) {
		if o.Err != nil {
			return fmt.Errorf("object store: %w", o.Err)
		}
		if err := fn(strings.TrimPrefix(o.Key, s.prefix)); err != nil {
			return err
		}
	}
	return nil
}
