/* strip_gif.c - GIF: blocks up to the trailer.
 * SPDX-License-Identifier: MIT */
#include <string.h>

#include "strip.h"

enum {
    HEADER = 13, TABLE_FLAG = 0x80,
    EXTENSION = 0x21, IMAGE = 0x2c, TRAILER = 0x3b,
    GRAPHIC_CONTROL = 0xf9, APPLICATION = 0xff, APPLICATION_NAME = 11,
};

/* How often an animation is repeated, and its colours. */
static const char kept[][APPLICATION_NAME + 1] = { "NETSCAPE2.0", "ANIMEXTS1.0", "ICCRGBG1012" };

static size_t table_size(uint8_t flags) { return flags & TABLE_FLAG ? (size_t)3 << ((flags & 7) + 1) : 0; }

/* From at on: sub-blocks, each with its length first, up to an empty one. 0: not whole. */
static size_t blocks_size(const struct strip *strip, size_t at)
{
    size_t start = at;

    while (at < strip->len && strip->in[at] > 0)
        at += 1 + (size_t)strip->in[at];
    return at < strip->len ? at + 1 - start : 0;
}

static bool is_kept(const uint8_t *extension, size_t len)
{
    if (extension[1] != APPLICATION || len < 3 + APPLICATION_NAME)
        return extension[1] == GRAPHIC_CONTROL;
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
        if (extension[2] == APPLICATION_NAME && memcmp(extension + 3, kept[i], APPLICATION_NAME) == 0)
            return true;
    }
    return false;
}

static bool pass_extension(struct strip *strip)
{
    size_t blocks = strip_left(strip) > 2 ? blocks_size(strip, strip->at + 2) : 0, len = 2 + blocks;

    if (blocks == 0)
        return false;
    return is_kept(strip->in + strip->at, len) ? strip_copy(strip, len) : strip_skip(strip, len);
}

/* Descriptor, colours, the size of the first code, data. */
static bool copy_image(struct strip *strip)
{
    if (strip_left(strip) < 10)
        return false;
    size_t before = 10 + table_size(strip->in[strip->at + 9]) + 1;
    if (before >= strip_left(strip))
        return false;
    size_t blocks = blocks_size(strip, strip->at + before);
    return blocks > 0 && strip_copy(strip, before + blocks);
}

bool strip_gif(struct strip *strip)
{
    if (strip->len < HEADER || !strip_copy(strip, HEADER + table_size(strip->in[10])))
        return false;
    while (strip_left(strip) > 0) {
        uint8_t kind = strip->in[strip->at];
        if (kind == TRAILER)
            return strip_copy(strip, 1);
        if (kind == EXTENSION ? !pass_extension(strip) : kind != IMAGE || !copy_image(strip))
            return false;
    }
    return false;
}
