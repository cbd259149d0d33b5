/* picture.h - what picture is this, and how many pixels, from its first bytes?
 *
 * PNG, JPEG, WebP (VP8, VP8L, VP8X), GIF and AVIF. Believes nothing but the
 * bytes, decodes no pixel, and reads only as far as the header goes; a JPEG's
 * size may stand behind long EXIF and ICC segments, so it reads by offset.
 * Knows nothing of base64: who holds encoded bytes supplies a reader.
 * SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum picture_type {
    PICTURE_UNKNOWN,
    PICTURE_PNG,
    PICTURE_JPEG,
    PICTURE_WEBP,
    PICTURE_GIF,
    PICTURE_AVIF,
};

struct picture {
    enum picture_type type;
    uint32_t width, height;     /* pixels; never 0 in a picture that was recognised */
    bool alpha;                 /* the format's header says that pixels may be transparent */
};

/* Copies up to n bytes that start at offset into out; returns how many there
 * were (fewer only at the end). */
typedef size_t picture_reader(void *source, size_t offset, void *out, size_t n);

/* True and *p filled when the bytes are a picture whose header is whole and
 * plausible; otherwise false and *p zeroed. */
bool picture_read(struct picture *p, picture_reader *reader, void *source);

/* The same for bytes in memory. */
bool picture_sniff(struct picture *p, const void *bytes, size_t n);

/* "png", "jpeg", "webp", "gif", "avif" or "unknown"; and "image/png" ...,
 * "application/octet-stream" for the unknown. */
const char *picture_name(enum picture_type type);
const char *picture_mime(enum picture_type type);
