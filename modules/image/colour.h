/* colour.h - what do the numbers of a pixel mean?
 *
 * Everything here ends in three bands of 8 bits, and a fourth for alpha if the
 * picture had one.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "work.h"

/* As sRGB, by the picture's own profile if it has one that works. */
VipsImage *colour_srgb(struct work *work, VipsImage *in);

/* As it is, if that is RGB: no number changes (16 bits become 8), and a profile
 * stays. Otherwise as sRGB. */
VipsImage *colour_kept(struct work *work, VipsImage *in);

/* In the space of a picture that colour_kept() gave. */
VipsImage *colour_like(struct work *work, VipsImage *in, VipsImage *model);

/* The picture with nothing attached to it but the profile of the model, if there is a
 * model and it has one. */
VipsImage *colour_label(struct work *work, VipsImage *in, VipsImage *model);

bool colour_has_profile(VipsImage *image);

/* Both with alpha, if one has it. False when that failed. */
bool colour_same_bands(struct work *work, VipsImage **one, VipsImage **other);
