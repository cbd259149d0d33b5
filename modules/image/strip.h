/* strip.h - what does a picture tell besides its pixels, and how is it kept quiet?
 *
 * Metadata goes, pixels are not touched: the file is copied piece by piece, without
 * the pieces that are not needed to show it. What is kept is a list, what is dropped
 * is everything else, so that nothing new slips through. The orientation is needed to
 * show it and is written anew, alone; so are colour profiles.
 *
 * One file for each format; they know the shape of its pieces and nothing of pixels.
 * SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "format.h"

struct strip {
    const uint8_t *in;      /* borrowed */
    size_t len, at;
    uint8_t *out;           /* owned; room for len: what is written anew replaces something longer */
    size_t done;
    bool oriented;          /* an EXIF was seen: the first one counts */
    int orientation;        /* as EXIF has it, 1 to 8; 1 when the picture does not say */
};

/* Is there a stripper for the format? */
bool strip_knows(enum format format);

/* Fills out, from malloc, and orientation. False when the picture is not whole, or out
 * of memory; then there is nothing to free. */
bool strip_picture(struct strip *strip, enum format format, const uint8_t *bytes, size_t len);

/* For the formats. Each false: not whole. */
bool strip_jpeg(struct strip *strip);
bool strip_png(struct strip *strip);
bool strip_webp(struct strip *strip);
bool strip_gif(struct strip *strip);

/* Takes the orientation from an EXIF, if it is the first. True: it is not upright, so
 * the picture needs one to be shown. */
bool strip_orient(struct strip *strip, const uint8_t *exif, size_t len);

/* How many bytes are left. */
static inline size_t strip_left(const struct strip *strip) { return strip->len - strip->at; }

/* Copies the next n bytes, or passes over them; and writes others. False: there are
 * not as many, or no room. */
bool strip_copy(struct strip *strip, size_t n);
bool strip_skip(struct strip *strip, size_t n);
bool strip_write(struct strip *strip, const void *bytes, size_t n);
