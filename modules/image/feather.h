/* feather.h - how much of the edit shows at each pixel?
 * SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum { FEATHER_MAX = 1000 };

/* Rewrites a mask of 0 (protected) and 255 (editable): protected pixels stay 0, and
 * editable ones grow with their distance from the nearest protected one, to 255 where
 * it is more than feather pixels. The picture's own edge protects nothing.
 * distance has room for a number a pixel. */
void feather_apply(uint8_t *mask, uint16_t *distance, size_t width, size_t height, unsigned feather);
