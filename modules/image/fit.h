/* fit.h - how does a picture get the size that was asked for?
 * SPDX-License-Identifier: MIT */
#pragma once

#include "work.h"

/* Stretched. Pixels of 8 bits. NULL when libvips refuses; NULL in: NULL out. */
VipsImage *fit_stretch(struct work *work, VipsImage *in, int width, int height);

/* Fills the size; what is too much is cut off, as much on the one side as on the other. */
VipsImage *fit_crop(struct work *work, VipsImage *in, int width, int height);

/* Shows all of the picture, in the middle. The bars beside it are transparent if the
 * picture has alpha, otherwise each has the mean colour of the edge that it touches. */
VipsImage *fit_pad(struct work *work, VipsImage *in, int width, int height);
