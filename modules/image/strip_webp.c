/* strip_webp.c - WebP: chunks of a RIFF file.
 *
 * A picture of one chunk has no room for metadata; with it comes the chunk VP8X,
 * whose flags say what there is.
 * SPDX-License-Identifier: MIT */
#include <string.h>

#include "exif.h"
#include "strip.h"

enum { RIFF = 12, HEAD = 8, FLAG_XMP = 0x04, FLAG_EXIF = 0x08 };

static const char kept[][5] = { "VP8X", "VP8 ", "VP8L", "ALPH", "ANIM", "ANMF", "ICCP" };

static size_t little32(const uint8_t *bytes)
{
    return bytes[0] | (size_t)bytes[1] << 8 | (size_t)bytes[2] << 16 | (size_t)bytes[3] << 24;
}

static bool is_kept(const uint8_t *name)
{
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
        if (memcmp(name, kept[i], 4) == 0)
            return true;
    }
    return false;
}

/* The first EXIF counts; some writers put the name that JPEG needs before it. */
static bool write_orientation(struct strip *strip, const uint8_t *exif, size_t len)
{
    uint8_t chunk[HEAD + EXIF_MINIMAL] = { 'E', 'X', 'I', 'F', EXIF_MINIMAL };
    size_t prefix = len >= 6 && memcmp(exif, "Exif\0\0", 6) == 0 ? 6 : 0;

    if (!strip_orient(strip, exif + prefix, len - prefix))
        return true;
    exif_write(chunk + HEAD, strip->orientation);
    return strip_write(strip, chunk, sizeof chunk);
}

static bool pass(struct strip *strip, const uint8_t *chunk, size_t len, bool extended)
{
    size_t padded = HEAD + len + (len & 1);

    if (padded > strip_left(strip))
        padded = strip_left(strip);         /* some writers leave out the last padding */
    if (is_kept(chunk))
        return strip_copy(strip, padded);
    if (extended && memcmp(chunk, "EXIF", 4) == 0 && !write_orientation(strip, chunk + HEAD, len))
        return false;
    return strip_skip(strip, padded);
}

/* What only the end of the file tells: its size, and whether an EXIF is left. */
static void finish(struct strip *strip, bool extended)
{
    size_t size = strip->done - 8;

    for (int i = 0; i < 4; i++)
        strip->out[4 + i] = (uint8_t)(size >> 8 * i);
    if (!extended)
        return;
    uint8_t *flags = strip->out + RIFF + HEAD;
    *flags = (uint8_t)((*flags & ~(FLAG_XMP | FLAG_EXIF)) | (strip->orientation != 1 ? FLAG_EXIF : 0));
}

bool strip_webp(struct strip *strip)
{
    size_t end = RIFF <= strip->len ? little32(strip->in + 4) + 8 : 0;
    bool extended = strip->len > RIFF + HEAD && memcmp(strip->in + RIFF, "VP8X", 4) == 0
        && little32(strip->in + RIFF + 4) > 0;

    if (end < RIFF + HEAD || end > strip->len || !strip_copy(strip, RIFF))
        return false;
    strip->len = end;       /* what stands behind it is nobody's */
    while (strip_left(strip) > 0) {
        const uint8_t *chunk = strip->in + strip->at;
        if (strip_left(strip) < HEAD)
            return false;
        size_t len = little32(chunk + 4);
        if (len > strip_left(strip) - HEAD || !pass(strip, chunk, len, extended))
            return false;
    }
    finish(strip, extended);
    return true;
}
