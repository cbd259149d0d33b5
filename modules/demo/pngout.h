/* pngout.h - how do rows of pixels become the bytes of a PNG?
 *
 * Rows are asked for one at a time, so the whole picture is never in memory
 * uncompressed. Only writes: no bytes from outside come near libpng.
 * SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>

/* Fills width * 3 bytes, red green blue. Rows are asked for from the top. */
typedef void pngout_row(void *context, int y, unsigned char *rgb);

/* The bytes, from malloc, *len of them; NULL when out of memory. */
unsigned char *pngout_encode(int width, int height, pngout_row *row, void *context, size_t *len);
