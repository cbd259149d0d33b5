/* feather.c - a distance transform: once down, once up, with steps of 3 straight and 4 aslant.
 * SPDX-License-Identifier: MIT */
#include "feather.h"

enum { STRAIGHT = 3, ASLANT = 4 };

static void nearer(uint16_t *pixel, const uint16_t *neighbour, unsigned step)
{
    unsigned by_it = *neighbour + step;

    if (by_it < *pixel)
        *pixel = (uint16_t)by_it;
}

/* From the row that is done already, and from the neighbour on the side it came from. */
static void sweep_row(uint16_t *row, const uint16_t *done, size_t width)
{
    for (size_t x = 0; done && x < width; x++) {
        nearer(&row[x], &done[x], STRAIGHT);
        if (x > 0)
            nearer(&row[x], &done[x - 1], ASLANT);
        if (x + 1 < width)
            nearer(&row[x], &done[x + 1], ASLANT);
    }
    for (size_t x = 1; x < width; x++)
        nearer(&row[x], &row[x - 1], STRAIGHT);
    for (size_t x = width; x-- > 1;)
        nearer(&row[x - 1], &row[x], STRAIGHT);
}

void feather_apply(uint8_t *mask, uint16_t *distance, size_t width, size_t height, unsigned feather)
{
    unsigned far = STRAIGHT * (feather + 1);

    for (size_t i = 0; i < width * height; i++)
        distance[i] = mask[i] == 0 ? 0 : (uint16_t)far;
    for (size_t y = 0; y < height; y++)
        sweep_row(distance + y * width, y > 0 ? distance + (y - 1) * width : NULL, width);
    for (size_t y = height; y-- > 0;)
        sweep_row(distance + y * width, y + 1 < height ? distance + (y + 1) * width : NULL, width);
    for (size_t i = 0; i < width * height; i++)
        mask[i] = (uint8_t)(distance[i] * 255u / far);
}
