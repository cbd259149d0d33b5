/* decode.h - how does a stranger's picture become pixels, safely?
 *
 * In two steps: the header says what it would be, and only what passes the ceiling
 * is decoded. Of an animation the first frame counts.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "format.h"
#include "work.h"

struct decode {
    const char *name;           /* of the argument, for errors; static */
    enum format format;
    VipsImage *header;          /* decodes when its pixels are asked for */
    int width, height;          /* as people see it: EXIF orientation counts */
};

/* Reads the header of a picture argument. False: the task has failed. */
bool decode_header(struct work *work, struct decode *decode, const char *name);

/* All pixels, in memory and upright. NULL: the task has failed. */
VipsImage *decode_pixels(struct work *work, const struct decode *decode);
