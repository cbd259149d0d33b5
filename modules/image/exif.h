/* exif.h - which way up is this picture?
 *
 * Of EXIF, which is a small TIFF file, only the orientation is read, and one with
 * nothing but the orientation can be written.
 * SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum { EXIF_MINIMAL = 26 };

/* 1 to 8; 1, upright, when the bytes do not say. */
int exif_orientation(const uint8_t *tiff, size_t len);

void exif_write(uint8_t tiff[EXIF_MINIMAL], int orientation);
