/* image.c - what does this module offer?
 *
 * Four tasks for pictures that came in or go out: another format or size, no
 * metadata, masks in each provider's own sense, and edits that stay inside them.
 * SPDX-License-Identifier: MIT */
#include "tasks.h"

PICTOR_MODULE(image, "converts, strips, masks and composes pictures, by libvips", { "convert", convert_run },
              { "strip", strip_run }, { "mask", mask_run }, { "composite", composite_run });
