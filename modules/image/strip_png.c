/* strip_png.c - PNG: chunks up to IEND.
 * SPDX-License-Identifier: MIT */
#include <string.h>

#include "exif.h"
#include "strip.h"

enum { SIGNATURE = 8, FRAME = 12 };     /* length, name and check sum around a chunk's data */

/* Pixels, what colours they are, how large, and animation. */
static const char kept[][5] = {
    "IHDR", "PLTE", "IDAT", "IEND", "tRNS", "gAMA", "cHRM", "sRGB", "iCCP", "cICP", "mDCV", "cLLI", "mDCv", "cLLi", "sBIT",
    "bKGD", "hIST", "sPLT", "pHYs", "acTL", "fcTL", "fdAT",
};

static uint32_t big32(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static void write_big32(uint8_t *to, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        to[i] = (uint8_t)(value >> (24 - 8 * i));
}

static uint32_t check_sum(const uint8_t *bytes, size_t len)
{
    uint32_t sum = ~0u;

    for (size_t i = 0; i < len; i++) {
        sum ^= bytes[i];
        for (int bit = 0; bit < 8; bit++)
            sum = sum >> 1 ^ (sum & 1 ? 0xedb88320u : 0);
    }
    return ~sum;
}

static bool is_kept(const uint8_t *name)
{
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
        if (memcmp(name, kept[i], 4) == 0)
            return true;
    }
    return false;
}

/* The first EXIF counts. */
static bool write_orientation(struct strip *strip, const uint8_t *exif, size_t len)
{
    uint8_t chunk[FRAME + EXIF_MINIMAL] = { 0, 0, 0, EXIF_MINIMAL, 'e', 'X', 'I', 'f' };

    if (!strip_orient(strip, exif, len))
        return true;
    exif_write(chunk + 8, strip->orientation);
    write_big32(chunk + 8 + EXIF_MINIMAL, check_sum(chunk + 4, 4 + EXIF_MINIMAL));
    return strip_write(strip, chunk, sizeof chunk);
}

static bool pass(struct strip *strip, const uint8_t *chunk, size_t len)
{
    if (is_kept(chunk + 4))
        return strip_copy(strip, FRAME + len);
    if (memcmp(chunk + 4, "eXIf", 4) == 0 && !write_orientation(strip, chunk + 8, len))
        return false;
    return strip_skip(strip, FRAME + len);
}

bool strip_png(struct strip *strip)
{
    bool end = false;

    if (!strip_copy(strip, SIGNATURE))
        return false;
    while (!end) {
        const uint8_t *chunk = strip->in + strip->at;
        if (strip_left(strip) < FRAME)
            return false;
        size_t len = big32(chunk);
        if (len > strip_left(strip) - FRAME || !pass(strip, chunk, len))
            return false;
        end = memcmp(chunk + 4, "IEND", 4) == 0;
    }
    return true;
}
