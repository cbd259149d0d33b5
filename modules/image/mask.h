/* mask.h - which pixels may be edited?
 *
 * OpenAI's convention: those that are fully transparent in the mask.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "decode.h"

/* One band: 255 where the mask is fully transparent, otherwise 0. NULL: the task has
 * failed, because the mask has no alpha, or not this size, or nothing to edit. */
VipsImage *mask_editable(struct work *work, const struct decode *mask, int width, int height);
