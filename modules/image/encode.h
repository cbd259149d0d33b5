/* encode.h - how does a finished picture leave?
 * SPDX-License-Identifier: MIT */
#pragma once

#include "format.h"
#include "work.h"

/* Gives a picture of 1 to 4 bands of 8 bits as "picture", with "width", "height" and
 * "format". All metadata is dropped, but for the profile of the model, if there is a
 * model and it has one. Alpha becomes white where the format has none. Returns what
 * a task returns. A picture that is NULL fails it. */
int encode_give(struct work *work, VipsImage *image, VipsImage *model, enum format format, int quality);
