/* arguments.h - what was a task asked for, and does that make sense?
 *
 * Each function fails the task, with what was expected of which argument, and
 * returns false when it does not.
 * SPDX-License-Identifier: MIT */
#pragma once

#include <pictor.h>
#include <stdbool.h>

#include "format.h"

enum { ARGUMENTS_SIDE_MAX = 16384, ARGUMENTS_PIXELS = 64000000 };

/* The bytes of a picture that must be there. Borrowed until the task returns. */
bool arguments_picture(struct pictor_task *task, const char *name, const unsigned char **bytes, size_t *len);

/* A whole number from min to max; fallback, whatever it is, when there is none. */
bool arguments_integer(struct pictor_task *task, const char *name, long min, long max, long fallback, long *value);

/* width and height: both, or none, and then both are 0. */
bool arguments_size(struct pictor_task *task, long max_pixels, long *width, long *height);

/* One of the n choices, as its index; fallback when there is none. */
bool arguments_choice(struct pictor_task *task, const char *name, const char *const *choices, int n, int fallback,
                      int *value);

/* What can be written: png, jpeg or webp; fallback when there is none. */
bool arguments_format(struct pictor_task *task, enum format fallback, enum format *format);

/* 0 to 100, as output_compression of OpenAI's API; 100 when there is none. */
bool arguments_quality(struct pictor_task *task, int *quality);
