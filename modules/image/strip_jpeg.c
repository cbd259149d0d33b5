/* strip_jpeg.c - JPEG: segments up to the last scan.
 * SPDX-License-Identifier: MIT */
#include <string.h>

#include "exif.h"
#include "strip.h"

enum {
    SOI = 0xd8, EOI = 0xd9, SOS = 0xda, TEM = 0x01, RST0 = 0xd0, RST7 = 0xd7,
    APP0 = 0xe0, APP1 = 0xe1, APP2 = 0xe2, APP14 = 0xee, APP15 = 0xef, COM = 0xfe, JPG0 = 0xf0, JPG13 = 0xfd,
    JFIF = 14,              /* without a thumbnail, behind the length */
};

struct segment {
    uint8_t marker;
    const uint8_t *body;    /* behind the length */
    size_t len;             /* of the body */
};

static bool is(const struct segment *segment, uint8_t marker, const char *name, size_t n)
{
    return segment->marker == marker && segment->len >= n && memcmp(segment->body, name, n) == 0;
}

static bool write_segment(struct strip *strip, uint8_t marker, const void *body, size_t len)
{
    uint8_t head[] = { 0xff, marker, (uint8_t)((len + 2) >> 8), (uint8_t)(len + 2) };

    return strip_write(strip, head, sizeof head) && strip_write(strip, body, len);
}

/* The first EXIF counts. What shows the picture upright stays. */
static bool write_orientation(struct strip *strip, const struct segment *segment)
{
    uint8_t body[6 + EXIF_MINIMAL] = "Exif\0";

    if (!strip_orient(strip, segment->body + 6, segment->len - 6))
        return true;
    exif_write(body + 6, strip->orientation);
    return write_segment(strip, APP1, body, sizeof body);
}

/* JFIF may carry a thumbnail, of the picture as it was before somebody cut it. */
static bool write_jfif(struct strip *strip, const struct segment *segment)
{
    uint8_t body[JFIF];

    memcpy(body, segment->body, sizeof body);
    body[12] = body[13] = 0;
    return write_segment(strip, APP0, body, sizeof body);
}

static bool is_application(uint8_t marker)
{
    return (marker >= APP0 && marker <= APP15) || marker == COM || (marker >= JPG0 && marker <= JPG13);
}

static bool pass(struct strip *strip, const struct segment *segment)
{
    if (is(segment, APP0, "JFIF\0", 5) && segment->len >= JFIF)
        return write_jfif(strip, segment);
    if (is(segment, APP1, "Exif\0\0", 6))
        return write_orientation(strip, segment);
    if (!is_application(segment->marker) || is(segment, APP2, "ICC_PROFILE\0", 12) || is(segment, APP14, "Adobe", 5))
        return write_segment(strip, segment->marker, segment->body, segment->len);
    return true;
}

/* The coded data up to the next marker, which is no part of it. It may end with the
 * file: some cameras leave out the end marker. */
static bool copy_scan(struct strip *strip)
{
    size_t n = 0, left = strip_left(strip);
    const uint8_t *data = strip->in + strip->at;

    for (; n < left; n++) {
        bool inside = n + 1 == left || data[n] != 0xff || data[n + 1] == 0
            || (data[n + 1] >= RST0 && data[n + 1] <= RST7);
        if (!inside)
            break;
    }
    return strip_copy(strip, n);
}

static bool read_segment(struct strip *strip, uint8_t marker, struct segment *segment)
{
    const uint8_t *head = strip->in + strip->at;

    if (strip_left(strip) < 2)
        return false;
    size_t len = (size_t)head[0] << 8 | head[1];
    *segment = (struct segment){ marker, head + 2, len - 2 };
    return len >= 2 && strip_skip(strip, len);
}

/* 0xff may be repeated before a marker. */
static bool read_marker(struct strip *strip, uint8_t *marker)
{
    if (strip_left(strip) < 2 || strip->in[strip->at] != 0xff)
        return false;
    while (strip_left(strip) > 0 && strip->in[strip->at] == 0xff)
        strip->at++;
    *marker = strip_left(strip) > 0 ? strip->in[strip->at] : 0;
    return *marker != 0 && strip_skip(strip, 1);
}

/* What stands behind the end are other pictures, with metadata of their own. */
bool strip_jpeg(struct strip *strip)
{
    struct segment segment;
    uint8_t marker;
    bool scanned = false;

    if (!strip_copy(strip, 2))
        return false;
    while (!scanned || strip_left(strip) > 0) {
        if (!read_marker(strip, &marker))
            return false;
        if (marker == EOI)
            return scanned && strip_write(strip, "\xff\xd9", 2);
        if (marker == SOI || marker == TEM || (marker >= RST0 && marker <= RST7) || !read_segment(strip, marker, &segment)
            || !pass(strip, &segment))
            return false;
        if (marker == SOS && !copy_scan(strip))
            return false;
        scanned = scanned || marker == SOS;
    }
    return true;
}
